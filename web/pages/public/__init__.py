"""Pages for everybody."""

from web.pages.engine import Page, Site
from web.pages.public import charges, lists, notices, projects, verify
from web.pages.sending import Asking, Sending


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/": Page(site, "public/home"),
        "/services": Page(site, "public/services", lists.numbered("serviceItems")),
        "/services/{code}": Page(site, "public/service"),
        "/who-pays": Page(site, "public/charge", ask=charges.ask),
        "/who-pays/complaint": Sending(site, "public/complaint"),
        "/who-pays/receipt": Asking(site, "public/receipt"),
        "/projects": Page(site, "public/projects", projects.listed, projects.ask),
        "/projects/{code}": Page(site, "public/project", projects.shown),
        "/projects/{code}/notice.pdf": notices.Notice(site),
        "/verify": verify.Lookup(site, "public/verify", verify.transcript, verify.ask),
        "/verify/log": Page(site, "public/verify_log"),
    }
