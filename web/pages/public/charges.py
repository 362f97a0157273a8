"""What the self-check page makes of its address: an item that was chosen is checked."""

from web.pages.operation import Variables


def ask(variables: Variables) -> Variables:
    """The operation's variables."""
    return variables | {"check": bool(variables.get("code"))}
