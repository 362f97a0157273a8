"""Jinja: one environment per language, since environments that share globals share their last translation."""

import json
import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.datastructures import URL

from schema.labels import LABELS
from web import i18n
from web.pages import assets, moments

FOLDER = Path(__file__).parent
_SOURCE_MARKS = re.compile(r"(\[S\d+\])+\s*")
_PREFERENCES = ("lang", "view")


@cache
def environment(lang: str) -> Environment:
    """Templates that speak ``lang``."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(i18n.translations(lang), newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(yuan=yuan, cents=cents, basis=basis, unmarked=unmarked)
    env.filters.update(past=moments.past, auction_begins=moments.auction_begins)
    env.filters.update(
        moment=partial(moments.moment, lang), label=partial(label, lang), said=partial(said, lang), second=moments.second
    )
    env.globals.update(asset=assets.url, languages=i18n.LANGUAGES, lang=lang)
    # a macro imported at the top of a page is not seen inside a block that is rendered alone
    env.globals["ui"] = env.get_template("_ui.html").module
    return env


def render(template: Template, view: dict[str, Any]) -> str:
    """The whole page."""
    return template.render(view)


def parts(template: Template) -> set[str]:
    """Blocks that may be asked for alone: the page's own, not those that fill the frame."""
    return set(template.blocks) - set(template.environment.get_template("_base.html").blocks)


def render_part(template: Template, part: str, view: dict[str, Any]) -> str:
    """One block; its root element carries the block's name as ``id``."""
    return "".join(template.blocks[part](template.new_context(view))).strip()


def yuan(amount: str) -> str:
    """``"34600.00"`` → ``¥34,600``; cents only where there are any."""
    whole, _, cents = amount.partition(".")
    return f"¥{int(whole):,}" + ("" if cents.strip("0") == "" else f".{cents}")


def cents(fen: str) -> str:
    """``"3460000"`` → ``"34600.00"``; a fraction of a cent is left out."""
    whole = int(Fraction(fen))
    return f"{whole // 100}.{whole % 100:02}"


def basis(points: int | str) -> str:
    """Basis points in percent: ``1250`` → ``12.50%``."""
    whole = int(Fraction(points))
    return f"{whole // 100}.{whole % 100:02}%"


def unmarked(text: str) -> str:
    """A note of the list without its editors' source marks (``[S1][S3]``), which name nothing a reader has."""
    return _SOURCE_MARKS.sub("", text)


def said(lang: str, text: str) -> str:
    """A sentence of ours that comes with the data, in the reader's language; what somebody wrote stays as it is, and plain text.

    Never ``_(…)`` for it: that takes its text for ours, percent signs and markup included.
    """
    return i18n.translate(lang, text) if text else ""


def label(lang: str, value: str) -> str:
    """The words for a value of an enum, as a line begins with them."""
    words = i18n.translate(lang, LABELS[value.lower()])
    return words[:1].upper() + words[1:]


def address(url: URL, **changes: str | Sequence[str] | None) -> str:
    """This page's path and query with changes; None takes a key away, a list repeats it. What is remembered is not carried along."""
    kept = parse_qsl(url.query)
    changed = dict.fromkeys(_PREFERENCES) | changes
    pairs = [(key, value) for key, value in kept if key not in changed]
    query = urlencode(pairs + [(key, value) for key, value in changed.items() if value is not None], doseq=True)
    return url.path + (f"?{query}" if query else "")


def explorer(document: str, variables: dict[str, Any]) -> str:
    """GraphiQL with this page's document: the pages are the worked examples of the interface."""
    given = {"variables": json.dumps(variables, ensure_ascii=False)} if variables else {}
    return "/graphiql?" + urlencode({"q": document.strip(), **given}, quote_via=quote)
