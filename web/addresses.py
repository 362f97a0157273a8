"""Where a link or a form of ours may lead."""


def is_own(address: str) -> bool:
    """Whether it is an address of this site, with its path from the root: nobody is led elsewhere by a link to our door."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
