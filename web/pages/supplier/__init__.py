"""What intermediaries do: quote, bid, serve."""

from web.pages.engine import Page, Site
from web.pages.supplier import desk, quotes
from web.pages.supplier.desks import SupplierForm, SupplierPage


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/my/quotes": SupplierPage(site, "supplier/desk", desk.desk, signed_in=True),
        "/projects/{projectCode}/quote": SupplierForm(site, "supplier/quote", quotes.shown),
    }
