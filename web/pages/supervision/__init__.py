"""Regulators: who paid whom, what the rules found, what becomes of it. Every look is in the log."""

from collections.abc import Mapping
from typing import Any

from web.pages.engine import Page, Site
from web.pages.forms import Form
from web.pages.supervision import cases, charts, flow, looks, rules

__all__ = ["pages"]


def steps(site: Site) -> dict[str, Page]:
    """One page for each step of a case: an address of its own, one form, then back to the case."""

    def view(name: str) -> Any:
        return lambda data, asked: cases.view(data, asked) | {"step": name}

    def back(_result: dict[str, Any], path: Mapping[str, Any]) -> str:
        return f"/supervision/cases/{path['code']}"

    return {
        f"/supervision/cases/{{code}}/{name}": Form(site, "supervision/step", view(name), then={operation: back})
        for name, operation in cases.STEPS.items()
    }


def pages(site: Site) -> dict[str, Page]:
    """Address → page. Raises BadDocument."""
    return {
        "/supervision": Page(site, "supervision/overview", charts.overview, signed_in=True),
        "/supervision/records": Page(site, "supervision/records", signed_in=True),
        "/supervision/findings": Page(site, "supervision/findings", rules.known, signed_in=True),
        "/supervision/cases": Page(site, "supervision/cases", cases.listed, signed_in=True),
        "/supervision/cases/{code}": Page(site, "supervision/case", cases.view, signed_in=True),
        "/supervision/projects/{projectCode}": looks.Supervised(site, "supervision/project"),
        "/supervision/flow": Page(site, "supervision/flow", flow.view, signed_in=True),
        "/supervision/rules": Page(site, "supervision/rules", rules.grouped, signed_in=True),
        "/supervision/audits": looks.SupervisorForm(site, "supervision/audits", rules.known),
        "/supervision/audits/{id}": looks.SupervisorPage(site, "supervision/audit", rules.known, signed_in=True),
        "/supervision/indicators": looks.SupervisorPage(
            site, "supervision/indicators", looks.indicators, looks.asking, signed_in=True
        ),
        "/supervision/complaints": looks.SupervisorPage(site, "supervision/complaints", looks.complaints, signed_in=True),
        **steps(site),
    }
