"""Write down a quote that its bidder keeps until the deadline is over: content, salt and commitment in one file.

A program by itself that needs nothing but Python 3.11: python keep.py PROJECT BIDDER PRICE DAYS. Nothing is sent anywhere.
"""

import hashlib
import json
import re
import secrets
import sys
from pathlib import Path
from typing import NoReturn

USAGE = """usage: python keep.py PROJECT BIDDER PRICE DAYS

  PROJECT  项目编号 the project's code: XM-20261124-ABCDEF
  BIDDER   本机构的统一社会信用代码 your organisation's code
  PRICE    报价 yuan: 98000.00 — 下浮率 or percent off the ceiling: 12.5%
  DAYS     服务期限 working days after signing: 20"""

_BOUNDS = {"discountBp": range(10_000), "amountFen": range(1, 10**15 + 1)}
"""What a notice may take: less than all of the ceiling off, more than nothing. The server says the same after the deadline."""
_PRICE = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?(%?)")


def commitment(project: str, bidder: str, content: str, salt: bytes) -> str:
    """Hexadecimal SHA-256 over domain, project, bidder, content and salt, each with its length before it in 8 bytes."""
    digest = hashlib.sha256()
    for part in (b"zhoushan-market quote v1", project.encode(), bidder.encode(), content.encode(), salt):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def content(price: str, days: str) -> str:
    """The one text of this quote: keys sorted, no spaces, fen or basis points. Raises ValueError for what nobody takes later."""
    found = _PRICE.fullmatch(price)
    if not found or not days.isascii() or not days.isdecimal() or not 1 <= int(days) <= 1000:
        raise ValueError(f"{price} {days}")
    name, hundredths = ("discountBp" if found[3] else "amountFen"), int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if hundredths not in _BOUNDS[name]:
        raise ValueError(price)
    quote = {name: hundredths, "note": "", "serviceWorkingDays": int(days)}
    return json.dumps(quote, sort_keys=True, separators=(",", ":"))


def kept(project: str, bidder: str, price: str, days: str) -> dict[str, str]:
    """All that the bidder must keep; only ``commitment`` is handed in before the deadline. Raises ValueError."""
    text, salt = content(price, days), secrets.token_bytes(32)
    sealed = commitment(project, bidder, text, salt)
    return {"project": project, "bidder": bidder, "content": text, "salt": salt.hex(), "commitment": sealed}


def main(arguments: list[str]) -> NoReturn:
    """Writes ``quote-PROJECT-….json``, never over another file, and says what to hand in."""
    try:
        quote = kept(*arguments)
    except (TypeError, ValueError):
        sys.exit(USAGE)
    path = Path(f"quote-{quote['project']}-{quote['commitment'][:8]}.json")
    with path.open("x", encoding="utf-8") as file:
        json.dump(quote, file, ensure_ascii=False, indent=1)
    sys.stdout.write(f"{quote['commitment']}\n{path}\n")
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
