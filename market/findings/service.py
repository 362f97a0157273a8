"""Store what the rules found. A finding is never deleted: it is refunded or cleared, and says so."""

from collections.abc import Collection, Mapping
from uuid import UUID

from market.findings.models import Finding, FindingParty, FindingState
from market.rules.engine import Decision, Verdict
from market.usecase import unit


async def store(
    verdicts: Collection[Verdict], judged: Collection[str], refunded: Collection[str], parties: Mapping[UUID, str]
) -> list[Finding]:
    """Bring the findings about ``judged`` subjects in line with the verdicts, in the caller's transaction.

    ``refunded``: subjects whose money came back; one that is no longer flagged for another reason is cleared.
    ``parties``: organisation → side, who may read what is new. Returns the findings that stand or stood, newest state.
    """
    known = {(f.rule, f.subject): f for f in await Finding.filter(subject__in=list(judged))}
    flagged = {(v.rule, v.subject): v for v in verdicts if v.outcome is Decision.FLAG}
    for key, verdict in flagged.items():
        if key in known:
            await _update(known[key], verdict)
        else:
            known[key] = await _open(verdict, parties)
    for key in known.keys() - flagged.keys():
        await _close(known[key], came_back=key[1] in refunded)
    return sorted(known.values(), key=lambda f: (f.rule, f.subject))


async def _open(verdict: Verdict, parties: Mapping[UUID, str]) -> Finding:
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
    await FindingParty.bulk_create([FindingParty(finding=finding, organisation_id=i, side=s) for i, s in parties.items()])
    _record(finding)
    return finding


async def _update(finding: Finding, verdict: Verdict) -> None:
    """What came back is what is at issue less than before; more at issue than ever raises the amount."""
    at_issue = verdict.amount_fen or 0
    if finding.state == FindingState.CLEARED:
        finding.amount_fen = at_issue
    finding.amount_fen = max(finding.amount_fen, at_issue)
    finding.refunded_fen = finding.amount_fen - at_issue
    state = FindingState.PARTLY_REFUNDED if finding.refunded_fen else FindingState.OPEN
    await move(finding, state)


async def _close(finding: Finding, *, came_back: bool) -> None:
    if came_back:
        finding.refunded_fen = finding.amount_fen
    await move(finding, FindingState.REFUNDED if came_back else FindingState.CLEARED)


async def move(finding: Finding, state: FindingState) -> None:
    """The only door that writes a finding's state; a change is logged."""
    changed = finding.state != state
    finding.state, finding.updated_at = state, unit().now
    await finding.save(update_fields=["state", "amount_fen", "refunded_fen", "updated_at"])
    if changed:
        _record(finding)


def _record(finding: Finding) -> None:
    facts = {"rule": finding.rule, "version": finding.rule_version, "amountFen": finding.amount_fen}
    unit().record(f"finding:{finding.state}", finding.subject, refundedFen=finding.refunded_fen, **facts)
