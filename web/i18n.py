"""Languages: Chinese is the source, English is read from the .po file at start (no .mo files, no build step).

``python -m web.i18n`` rewrites the .po file from the sources: new texts come in empty, gone ones go.
"""

import gettext
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DEFAULT = "zh-CN"
LANGUAGES: Mapping[str, str] = {"zh-CN": "中文", "en": "English"}
"""Tag → the language's own name."""

ROOT = Path(__file__).parent.parent
PO = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "messages.po"
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS: dict[str, dict[str, str]] = {"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
_SOURCES = ("schema", "web")


def read() -> Catalog:
    """The English catalogue as it is in the file."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


@cache
def translations(lang: str) -> gettext.NullTranslations:
    """Chinese text → ``lang``. Untranslated texts stay Chinese."""
    if lang == DEFAULT:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read())
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(lang: str, text: str) -> str:
    """One text."""
    return translations(lang).gettext(text)


def choose(wanted: str | None, remembered: str | None, accept: str) -> str:
    """The reader's language: asked for in the address, else the cookie, else the ``Accept-Language`` header.

    A browser gets English only when it reads English and no Chinese: this is a Chinese city's site.
    """
    for tag in (wanted, remembered):
        if tag in LANGUAGES:
            return str(tag)
    tags = {part.split(";")[0].strip().lower().split("-")[0] for part in accept.split(",")}
    return "en" if "en" in tags and "zh" not in tags else DEFAULT


def extract() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Every text to translate in the sources: file, line, text (singular and plural)."""
    for folder in _SOURCES:
        found = extract_from_dir(ROOT / folder, _METHODS, _OPTIONS, _KEYWORDS)
        for name, line, text, _comments, _context in found:
            yield f"{folder}/{name}", line, text


def updated() -> Catalog:
    """The catalogue as it should be: the texts of the sources with the translations that exist."""
    old, new = read(), Catalog(locale="en", project="zhoushan-market", version="", fuzzy=False)
    for name, _line, text in extract():
        known = old.get(text if isinstance(text, str) else text[0])
        new.add(text, string=known.string if known else "", locations=[(name, 0)])
    return new


def rewrite() -> None:
    """Bring the .po file up to date with the sources."""
    catalog = updated()  # before the file is emptied: it is read for this
    with PO.open("wb") as file:
        write_po(file, catalog, width=120, sort_by_file=True, omit_header=False, include_lineno=False)


if __name__ == "__main__":
    rewrite()
