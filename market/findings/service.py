"""Store what the rules found. A finding is never deleted: it is refunded or cleared, and says so."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import orjson

from market import looks
from market.actors import Actor
from market.findings.models import Finding, FindingParty, FindingState
from market.parties import read as parties
from market.permissions import Action
from market.rules.engine import Decision, Verdict
from market.usecase import unit, use_case


async def store(
    verdicts: Collection[Verdict],
    judged: Collection[str],
    came_back: Callable[[str], bool],
    concerned: Callable[[str], Mapping[str, str]],
) -> list[Finding]:
    """Bring the findings about ``judged`` subjects in line with the verdicts, in the caller's transaction.

    ``came_back``: whether a subject's money did; what is no longer flagged for another reason is cleared.
    ``concerned``: code → side of those who may read what is new. Returns the findings that stand or stood, newest state.
    """
    known = {(f.rule, f.subject): f for f in await Finding.filter(subject__in=list(judged))}
    flagged = _by_subject(verdicts, Decision.FLAG)
    for key, verdict in flagged.items():
        if key in known:
            await _update(known[key], verdict)
        else:
            known[key] = await _open(verdict, concerned(verdict.subject))
    cleared = _by_subject(verdicts, Decision.CLEAR)
    for key in known.keys() - flagged.keys():
        await _close(known[key], cleared.get(key), came_back=came_back(key[1]))
    return sorted(known.values(), key=lambda f: (f.rule, f.subject))


def _by_subject(verdicts: Collection[Verdict], outcome: Decision) -> dict[tuple[str, str], Verdict]:
    return {(v.rule, v.subject): v for v in verdicts if v.outcome is outcome}


async def _open(verdict: Verdict, concerned: Mapping[str, str]) -> Finding:
    now = unit().now
    finding = await Finding.create(
        rule=verdict.rule,
        rule_version=verdict.version,
        subject=verdict.subject,
        certainty=verdict.certainty,
        severity=verdict.severity,
        state=FindingState.OPEN,
        amount_fen=verdict.amount_fen or 0,
        because=list(verdict.because),
        evidence=list(verdict.evidence),
        item_code=verdict.item_code,
        scope=getattr(verdict, "scope", "") or verdict.subject,
        found_at=now,
        updated_at=now,
    )
    known = await parties.organisations_by_code(list(concerned))
    sides = [(row, side) for row, side in zip(known, concerned.values(), strict=True) if row]
    await FindingParty.bulk_create([FindingParty(finding=finding, organisation=row, side=side) for row, side in sides])
    _record(finding)
    return finding


async def _update(finding: Finding, verdict: Verdict) -> None:
    """What came back is what is at issue less than before; more at issue raises the amount; a second leg makes a lead a proof."""
    at_issue = verdict.amount_fen or 0
    amount = at_issue if finding.state == FindingState.CLEARED else max(finding.amount_fen, at_issue)
    state = FindingState.PARTLY_REFUNDED if amount > at_issue else FindingState.OPEN
    firmer = finding.certainty != verdict.certainty
    told = {"because": list(verdict.because), "evidence": list(verdict.evidence), "certainty": str(verdict.certainty)}
    await move(finding, state, amount_fen=amount, refunded_fen=amount - at_issue, **told)
    if firmer:
        _record(finding)


async def _close(finding: Finding, verdict: Verdict | None, *, came_back: bool) -> None:
    """The reasons become those of today's verdict: "nothing is left to return", not "all of it is"."""
    said: dict[str, Any] = {"refunded_fen": finding.amount_fen} if came_back else {}
    if verdict is not None:
        said["because"] = list(verdict.because)
    await move(finding, FindingState.REFUNDED if came_back else FindingState.CLEARED, **said)


async def move(finding: Finding, state: FindingState, **said: Any) -> None:
    """The only door that writes a finding's state. A change of it is logged; what stays as it was is not written at all."""
    before, changed = _content(finding), finding.state != state
    finding.update_from_dict(said)
    finding.state = state
    if _content(finding) == before:
        return
    finding.updated_at = unit().now
    await finding.save(update_fields=["state", "certainty", "amount_fen", "refunded_fen", "because", "evidence", "updated_at"])
    if changed:
        _record(finding)


def _content(finding: Finding) -> bytes:
    """What a finding says. The day of the look is not part of it: that one day more has passed is no news."""
    because = [answer | {"facts": {k: v for k, v in answer["facts"].items() if k != "as_of"}} for answer in finding.because]
    said = [finding.state, finding.certainty, finding.amount_fen, finding.refunded_fen, because, finding.evidence]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _record(finding: Finding) -> None:
    facts = {
        "rule": finding.rule,
        "version": finding.rule_version,
        "amountFen": finding.amount_fen,
        "certainty": finding.certainty,
    }
    unit().record(f"finding:{finding.state}", finding.subject, refundedFen=finding.refunded_fen, **facts)


@use_case(Action.FINDING_READ)
async def log_look(actor: Actor, wanted: dict[str, Any], what: str = "findings", *, required: bool = False) -> None:
    """A supervisor looks at findings. Raises NotPermitted, InvalidInput (purpose)."""
    looks.note(Action.FINDING_READ, "finding:look", what, wanted, required=required)
