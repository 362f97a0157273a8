"""Pages for everybody."""

from web.pages.engine import Page, Site
from web.pages.forms import Form
from web.pages.operation import Variables
from web.pages.public import charges, lists, notices, projects, services, statistics, verify
from web.pages.sending import Asking


def _of_item(variables: Variables) -> Variables:
    """Whether one looks for somebody who does a certain item."""
    return variables | {"ofItem": "itemCode" in variables}


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/": Page(site, "public/home"),
        "/services": Page(site, "public/services", lists.numbered("serviceItems")),
        "/services/{code}": Page(site, "public/service", services.shown),
        "/who-pays": Page(site, "public/charge", ask=charges.ask),
        "/who-pays/complaint": Form(
            site, "public/complaint", ask=charges.ask, signed_in=False, shown=frozenset({"FileComplaint"})
        ),
        "/who-pays/receipt": Asking(site, "public/receipt"),
        "/projects": Page(site, "public/projects", projects.listed, projects.ask),
        "/projects/{code}": Page(site, "public/project", projects.shown),
        "/projects/{code}/notice.pdf": notices.Notice(site),
        "/intermediaries": Page(site, "public/intermediaries", lists.numbered("intermediaries"), _of_item),
        "/intermediaries/compare": Page(site, "public/compare", ask=_of_item),
        "/intermediaries/measures": Page(site, "public/measures"),
        "/intermediaries/{code}": Page(site, "public/intermediary"),
        "/statistics": Page(site, "public/statistics", statistics.told),
        "/open-data": Page(site, "public/open_data"),
        "/complaints": Page(site, "public/complaints"),
        "/verify": verify.Lookup(site, "public/verify", verify.transcript, verify.ask),
        "/verify/receipt": Page(site, "public/verify_receipt"),
        "/verify/log": Page(site, "public/verify_log"),
    }
