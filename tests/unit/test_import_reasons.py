"""Every reason to refuse a row of a ledger can be said, in both languages."""

from market.imports.problems import Code
from web import i18n
from web.cli.imports import REASONS


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    """None is missing, none is left over, none is untranslated."""
    assert REASONS.keys() == set(Code)
    assert [text for text in REASONS.values() if i18n.translate("en", text) == text] == []
