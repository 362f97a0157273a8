"""What intermediaries do: quote, bid, serve."""

from typing import Any
from urllib.parse import quote

from web.pages.engine import Page, Site
from web.pages.supplier import auctions, desk, live, quotes
from web.pages.supplier.desks import OwnAward, SupplierForm, SupplierPage


def _contract(contract: dict[str, Any], _path: Any) -> str:
    return f"/my/contracts/{quote(contract['contractNo'])}"


def _contracts(_done: dict[str, Any], _path: Any) -> str:
    return "/my/contracts"


def _notice(_done: dict[str, Any], path: Any) -> str:
    return f"/projects/{path['projectCode']}"


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    room = auctions.AuctionRoom(site, "supplier/auction", auctions.shown, signed_in=False)
    return {
        "/my/quotes": SupplierPage(site, "supplier/desk", desk.desk, signed_in=True),
        "/projects/{projectCode}/quote": SupplierForm(site, "supplier/quote", quotes.shown),
        "/projects/{projectCode}/question": SupplierForm(site, "supplier/question", then={"AskQuestion": _notice}),
        "/projects/{projectCode}/objection": SupplierForm(site, "supplier/objection", desk.objections),
        "/my/contracts": SupplierPage(site, "supplier/contracts", desk.contracts, signed_in=True),
        "/my/contracts/{contractNo:path}": SupplierForm(site, "supplier/contract", desk.contract),
        "/my/awards/{projectCode}": OwnAward(
            site, "supplier/award", then={"FileContract": _contract, "DeclineAward": _contracts}
        ),
        "/my/measures": SupplierPage(site, "supplier/measures", signed_in=True),
        "/my/measures/{code}": SupplierForm(site, "supplier/measure"),
        "/my/profile": SupplierPage(site, "supplier/profile", signed_in=True),
        "/projects/{projectCode}/auction": room,
        "/projects/{projectCode}/auction/events": live.Live(site, room),
    }
