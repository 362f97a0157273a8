"""Open data as files on a real server: what the standard requires, whole references, and nothing that is sealed."""

import csv
import io
import json
from typing import Any

import pytest

from tests.web.test_pages import get
from tests.web.test_public_pages import code_in

REQUIRED = {"ocid", "id", "date", "tag", "initiationType"}
TAGS = {"tender", "award", "contract", "tenderCancellation"}
TENDER = {"active", "complete", "cancelled", "unsuccessful"}
RELEASE = REQUIRED | {"language", "parties", "buyer", "tender", "bids", "awards", "contracts", "relatedProcesses"}
"""OCDS 1.1.5 with the bids extension 1.1.5, written by hand from its release schema, which the files were checked against, too."""


@pytest.fixture(scope="module")
def releases(demo_server: str) -> list[dict[str, Any]]:
    """All of the demo world's."""
    answer = get(demo_server, "/open-data/ocds.jsonl")
    assert answer.status_code == 200 and "ocds.jsonl" in answer.headers["content-disposition"]
    return [json.loads(line) for line in answer.text.splitlines()]


def references(node: Any) -> list[str]:
    """The ids of all organisations that a release refers to."""
    if isinstance(node, list):
        return [found for part in node for found in references(part)]
    if not isinstance(node, dict):
        return []
    own = [node["id"]] if set(node) == {"id", "name"} else []
    return own + [found for part in node.values() for found in references(part)]


def test_every_release_has_what_the_standard_requires(releases: list[dict[str, Any]]) -> None:
    """Required fields, its own codes, moments in UTC, amounts with their currency; no field that the schema does not know."""
    assert len(releases) == len({release["ocid"] for release in releases}) >= 11
    for release in releases:
        assert set(release) >= REQUIRED and set(release) <= RELEASE and set(release["tag"]) <= TAGS
        assert release["tender"]["id"] and release["tender"]["status"] in TENDER and release["date"].endswith("Z")
        awards = release.get("awards", [])
        values = [part["value"] for part in (*awards, *release.get("contracts", [])) if "value" in part]
        assert all(value["currency"] == "CNY" and value["amount"] > 0 for value in values)
        assert all(contract["awardID"] in {award["id"] for award in awards} for contract in release.get("contracts", []))


def test_every_reference_leads_somewhere(releases: list[dict[str, Any]]) -> None:
    """Organisations stand among the parties, an award's bid among the bids."""
    for release in releases:
        assert set(references(release)) <= {party["id"] for party in release["parties"]}
        bids = {bid["id"] for bid in release.get("bids", {}).get("details", [])}
        assert all(award["relatedBid"] in bids for award in release.get("awards", []))


def test_what_is_sealed_is_not_in_it(releases: list[dict[str, Any]], demo_server: str) -> None:
    """An open project has no bids, no tenderers and not their number; a filed contract has its price and who pays by law."""
    sealed, filed = (code_in(demo_server, state) for state in ("OPEN", "CONTRACT_FILED"))
    told = {release["tender"]["id"]: release for release in releases}
    assert "bids" not in told[sealed] and not {"numberOfTenderers", "tenderers"} & set(told[sealed]["tender"])
    assert [party["roles"] for party in told[sealed]["parties"]] == [["buyer", "procuringEntity"]]
    assert told[filed]["contracts"][0]["value"] == told[filed]["awards"][0]["value"]
    assert told[filed]["tender"]["feeLiability"]["liableParty"] in ("authority", "applicant")


def test_one_project_is_a_package(demo_server: str) -> None:
    """The same release in its envelope; of no project there is none."""
    code = code_in(demo_server, "CONTRACT_FILED")
    package = get(demo_server, f"/open-data/ocds/{code}.json").json()
    assert {"uri", "publisher", "publishedDate", "version", "releases"} <= set(package) and package["version"] == "1.1"
    assert package["uri"] == f"{demo_server}/open-data/ocds/{code}.json" and package["releases"][0]["tender"]["id"] == code
    assert get(demo_server, "/open-data/ocds/XM-0.json").status_code == 404


def test_the_list_is_a_table(demo_server: str) -> None:
    """All items with who pays, as spreadsheets open it."""
    text = get(demo_server, "/open-data/catalogue.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 120 and {row["payer"] for row in rows} == {"AGENCY", "APPLICANT", "NOBODY"}
