"""Who may not judge: an organisation that is itself concerned, or stands above or below a party. Source: 政务处分法, 回避."""

from collections.abc import Collection
from uuid import UUID

from market import db
from market.clock import local_date
from market.errors import Recused
from market.oversight.models import CaseParty, OversightCase
from market.parties.models import Organisation, RelationKind
from market.usecase import unit

_K = RelationKind
_KINDS = (_K.SPONSORS, _K.SUPERVISES, _K.CONTROLS, _K.HOLDS_SHARES)
"""These run from the stronger to the weaker side; ``branch_of`` runs from the branch to its head (ledger.md)."""
MAX_STEPS = 3
"""As far as the rules look for related organisations (V17)."""


async def refuse_if_concerned(case: OversightCase, organisation_id: UUID | None) -> None:
    """Raise Recused when the organisation is a party of the case or related to one, on the day of the use case."""
    parties = {p.organisation_id for p in await CaseParty.filter(case_id=case.id)}
    if organisation_id is None or not parties:
        return
    party = organisation_id if organisation_id in parties else await _related(organisation_id, parties)
    if party:
        codes = {o.id: o.code for o in await Organisation.filter(id__in=[party, organisation_id])}
        why = "same_organisation" if party == organisation_id else "related_organisation"
        raise Recused(case.code, codes[organisation_id], codes[party], why)


async def _related(own: UUID, parties: Collection[UUID]) -> UUID | None:
    """A party above or below ``own`` within MAX_STEPS. Walked upwards only, where there are few: one query on either database."""
    today = local_date(unit().now).isoformat()
    start = ", ".join(f"'{UUID(str(i))}'" for i in sorted({own, *parties}, key=str))
    kinds = ", ".join(f"'{kind.value}'" for kind in _KINDS)
    # Only UUIDs, a date, and words of our own are written into the statement. UNION, not UNION ALL: a ring ends.
    statement = f"""
        WITH RECURSIVE above (below_id, id, steps) AS (
            SELECT id, id, 0 FROM organisations WHERE id IN ({start})
            UNION
            SELECT above.below_id,
                   CASE WHEN r.relation = 'branch_of' THEN r.target_org_id ELSE r.source_org_id END, above.steps + 1
            FROM above JOIN party_relations r ON (
                (r.target_org_id = above.id AND r.relation IN ({kinds}))
                OR (r.source_org_id = above.id AND r.relation = 'branch_of'))
                AND (r.since IS NULL OR r.since <= '{today}') AND (r.until IS NULL OR r.until >= '{today}')
            WHERE above.steps < {MAX_STEPS}
        )
        SELECT below_id, id FROM above WHERE below_id <> id AND (id = '{own}' OR below_id = '{own}')
    """  # noqa: S608
    rows = await db.connection().execute_query_dict(statement)
    pairs = [(UUID(str(row["below_id"])), UUID(str(row["id"]))) for row in rows]
    near = {below if above == own else above for below, above in pairs} & set(parties)
    return min(near, key=str) if near else None
