"""Store what the rules found. A finding is never deleted: it is refunded or cleared, and says so."""

from collections.abc import Callable, Collection, Mapping

from market.findings.models import Finding, FindingParty, FindingState
from market.parties import read as parties
from market.rules.engine import Decision, Verdict
from market.usecase import unit


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
    if finding.state == FindingState.CLEARED:
        finding.amount_fen = at_issue
    finding.amount_fen = max(finding.amount_fen, at_issue)
    finding.refunded_fen = finding.amount_fen - at_issue
    finding.because, finding.evidence = list(verdict.because), list(verdict.evidence)
    firmer = finding.certainty != verdict.certainty
    finding.certainty = str(verdict.certainty)
    state = FindingState.PARTLY_REFUNDED if finding.refunded_fen else FindingState.OPEN
    await move(finding, state)
    if firmer:
        _record(finding)


async def _close(finding: Finding, verdict: Verdict | None, *, came_back: bool) -> None:
    """The reasons become those of today's verdict: "nothing is left to return", not "all of it is"."""
    if came_back:
        finding.refunded_fen = finding.amount_fen
    if verdict is not None:
        finding.because = list(verdict.because)
    await move(finding, FindingState.REFUNDED if came_back else FindingState.CLEARED)


async def move(finding: Finding, state: FindingState) -> None:
    """The only door that writes a finding's state; a change is logged."""
    changed = finding.state != state
    finding.state, finding.updated_at = state, unit().now
    await finding.save(update_fields=["state", "certainty", "amount_fen", "refunded_fen", "because", "evidence", "updated_at"])
    if changed:
        _record(finding)


def _record(finding: Finding) -> None:
    facts = {
        "rule": finding.rule,
        "version": finding.rule_version,
        "amountFen": finding.amount_fen,
        "certainty": finding.certainty,
    }
    unit().record(f"finding:{finding.state}", finding.subject, refundedFen=finding.refunded_fen, **facts)
