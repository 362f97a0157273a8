"""A project as an OCDS 1.1 release, from what the interface tells anybody. Pure. Source: standard.open-contracting.org, bids v1.1.5.

``PREFIX`` is the standard's placeholder: the city registers its own with the Open Contracting Partnership.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Data = Mapping[str, Any]

PREFIX = "ocds-abc123"
VERSION = "1.1"
EXTENSIONS = ("https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/extension.json",)
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_STATUS = {"CANCELLED": "cancelled", "UNSUCCESSFUL": "unsuccessful", "STANDSTILL": "complete", "AWARDED": "complete"}
_STATUS |= {"CONTRACT_FILED": "complete"}
_WON = ("STANDSTILL", "AWARDED", "CONTRACT_FILED")
_RATED = ("CREDIT_MERIT", "PROPOSAL_MERIT", "RANDOM_DRAW")
_LIABLE = {"AGENCY": "authority", "APPLICANT": "applicant"}


def release(project: Data) -> dict[str, Any]:
    """How the project stands. Bids appear with their opening, an award while it stands, a contract once it is filed."""
    award = project["award"] if project["state"] in _WON else None
    filed = award if project["state"] == "CONTRACT_FILED" else None
    told: dict[str, Any] = {
        "ocid": f"{PREFIX}-{project['code']}",
        "id": f"{project['code']}-{project['version']}",
        "date": _newest(project),
        "tag": _tags(project, award is not None, filed is not None),
        "initiationType": "tender",
        "language": "zh",
        "parties": _parties(project, award),
        "buyer": _reference(project["buyer"]),
        "tender": _tender(project),
    }
    if project["previousRound"]:
        told["relatedProcesses"] = [_related(project["previousRound"]["code"])]
    if project["quotes"] is not None:
        told["bids"] = {"details": [_bid(quote) for quote in project["quotes"]]}
    if award is not None:
        told["awards"] = [_award(project, award)]
    if filed is not None:
        told["contracts"] = [_contract(project, filed)]
    return told


def package(uri: str, published_at: str, releases: list[dict[str, Any]]) -> dict[str, Any]:
    """A release package."""
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publishedDate": published_at,
        "publisher": {"name": "舟山市行政审批中介服务网上超市"},
        "license": LICENSE,
        "releases": releases,
    }


def _tags(project: Data, awarded: bool, filed: bool) -> list[str]:
    if project["state"] == "CANCELLED":
        return ["tenderCancellation"]
    return ["tender", *(["award"] if awarded else []), *(["contract"] if filed else [])]


def moment(at: str) -> str:
    """In UTC, as the standard's examples have it."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _newest(project: Data) -> str:
    award = project["award"] or {}
    times = [project["publishedAt"], project["openedAt"], award.get("publishedAt"), award.get("confirmedAt")]
    times += [amendment["amendedAt"] for amendment in project["amendments"]]
    times += [question["answeredAt"] for question in project["questions"]]
    return max(moment(at) for at in times if at)


def _id(organisation: Data) -> str:
    return f"{_scheme(organisation)}-{organisation['code']}"


def _scheme(organisation: Data) -> str:
    """A natural person has a pseudonym, everybody else a unified social credit code."""
    return "x_pseudonym" if organisation["kind"] == "PERSON" else "CN-USCC"


def _reference(organisation: Data) -> dict[str, str]:
    return {"id": _id(organisation), "name": organisation["name"]}


def _parties(project: Data, award: Data | None) -> list[dict[str, Any]]:
    """Everybody that the release speaks of, once, with all its roles."""
    roles: dict[str, list[str]] = {_id(project["buyer"]): ["buyer", "procuringEntity"]}
    known = {_id(project["buyer"]): project["buyer"]}
    acting = [(quote["bidder"], "tenderer") for quote in project["quotes"] or ()]
    for organisation, role in [*acting, *([(award["supplier"], "supplier")] if award else [])]:
        known[_id(organisation)] = organisation
        roles.setdefault(_id(organisation), []).append(role)
    return [_party(organisation, roles[key]) for key, organisation in known.items()]


def _party(organisation: Data, roles: list[str]) -> dict[str, Any]:
    identifier = {"scheme": _scheme(organisation), "id": organisation["code"], "legalName": organisation["name"]}
    return {**_reference(organisation), "identifier": identifier, "roles": roles}


def _value(amount: str) -> dict[str, Any]:
    """Yuan as a JSON number, which the standard wants; its shortest form shows two decimals exactly below 10^13."""
    return {"amount": float(amount), "currency": "CNY"}


_NO_ITEM: Data = {"name": "", "payer": {"kind": "", "legalBasis": []}}


def _tender(project: Data) -> dict[str, Any]:
    item: Data = project["item"] or _NO_ITEM
    classified = {"scheme": "x_serviceItem", "id": project["itemCode"], "description": item["name"]}
    told = {
        "id": project["code"],
        "title": project["title"],
        "description": project["requirements"],
        "status": _STATUS.get(project["state"], "active"),
        "procuringEntity": _reference(project["buyer"]),
        "items": [{"id": "1", "description": item["name"] or project["title"], "classification": classified}],
        "mainProcurementCategory": "services",
        "tenderPeriod": {"startDate": moment(project["publishedAt"]), "endDate": moment(project["closesAt"])},
        "hasEnquiries": bool(project["questions"]),
        "amendments": [_amendment(amendment) for amendment in project["amendments"]],
        "value": project["ceiling"] and _value(project["ceiling"]),
        "feeLiability": _liability(item["payer"]),
    }
    return {name: value for name, value in (told | _method(project) | _bidders(project)).items() if value not in (None, [])}


def _method(project: Data) -> dict[str, Any]:
    auction = project["method"] == "REVERSE_AUCTION"
    return {
        "procurementMethod": "direct" if project["method"] == "DIRECT" else "open",
        "procurementMethodDetails": project["terms"]["method"] if project["terms"] else project["method"].lower(),
        "awardCriteria": "ratedCriteria" if project["method"] in _RATED else "priceOnly",
        "submissionMethod": ["electronicAuction"] if auction else None,
    }


def _bidders(project: Data) -> dict[str, Any]:
    """Who quoted, once that is public; before, not even how many."""
    if project["quotes"] is None:
        return {}
    bidders = {_id(quote["bidder"]): _reference(quote["bidder"]) for quote in project["quotes"]}
    return {"numberOfTenderers": len(bidders), "tenderers": list(bidders.values())}


def _liability(payer: Data) -> dict[str, Any] | None:
    """Who must pay by law: a field of ours, not of the standard."""
    if payer["kind"] not in _LIABLE:
        return None
    return {"liableParty": _LIABLE[payer["kind"]], "legalBasis": _law(payer)}


def _law(payer: Data) -> dict[str, str]:
    return {"scheme": "x_legalBasis", "description": "；".join(payer["legalBasis"])}


def _amendment(amendment: Data) -> dict[str, str]:
    number, at = str(amendment["number"]), moment(amendment["amendedAt"])
    return {"id": number, "date": at, "rationale": amendment["reason"]}


def _bid(quote: Data) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": quote["commitment"],
        "date": moment(quote["receivedAt"]),
        "status": "disqualified" if quote["invalidReason"] else "valid",
        "tenderers": [_reference(quote["bidder"])],
    }
    return told | ({"value": _value(quote["amount"])} if quote["amount"] else {})


def _award(project: Data, award: Data) -> dict[str, Any]:
    bid = next((q["commitment"] for q in project["quotes"] or () if q["bidder"]["code"] == award["supplier"]["code"]), None)
    return {
        "id": f"{project['code']}-award-{award['turn']}",
        "status": "pending" if project["state"] == "STANDSTILL" else "active",
        "date": moment(award["publishedAt"]),
        "value": _value(award["amount"]),
        "suppliers": [_reference(award["supplier"])],
        **({"relatedBid": bid} if bid else {}),
    }


def _contract(project: Data, award: Data) -> dict[str, Any]:
    """Its price is the award's: a contract that departs from it is not filed."""
    number = f"{project['code']}-contract-{award['turn']}"
    return {
        "id": number,
        "awardID": f"{project['code']}-award-{award['turn']}",
        "status": "active",
        "value": _value(award["amount"]),
    }


def _related(code: str) -> dict[str, Any]:
    return {"id": "1", "relationship": ["unsuccessfulProcess"], "scheme": "ocid", "identifier": f"{PREFIX}-{code}"}
