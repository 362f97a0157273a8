"""Every text of the pages and of the interface has its English, and the catalogue is what the sources say."""

from babel.messages.catalog import Message

from web import i18n


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_extraction_is_up_to_date() -> None:
    """No text of the sources is missing, none is left over: `python -m web.i18n`."""
    kept, wanted = ({_key(message) for message in catalog if message.id} for catalog in (i18n.read(), i18n.updated()))
    assert kept ^ wanted == set()


def test_every_text_has_its_english() -> None:
    """Both forms where there are two, with the same blanks to fill in."""
    for message in i18n.read():
        if message.id:
            told = [message.string] if isinstance(message.string, str) else message.string
            assert all(told) and not message.fuzzy, message.id
