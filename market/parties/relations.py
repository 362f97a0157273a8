"""Who stands above or below whom, directly or through others. Source: ``ledger.md``; as far as the rules look (V17)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from market import db
from market.parties.models import RelationKind

_K = RelationKind
_KINDS = (_K.SPONSORS, _K.SUPERVISES, _K.CONTROLS, _K.HOLDS_SHARES)
"""These run from the stronger to the weaker side; ``branch_of`` runs from the branch to its head (ledger.md)."""
MAX_STEPS = 3
"""As far as the rules look for related organisations (V17)."""


async def related(own: UUID, others: Collection[UUID], on: date) -> UUID | None:
    """One of the others above or below ``own`` within MAX_STEPS. Walked upwards only, where there are few: one query on either database."""
    start = ", ".join(f"'{UUID(str(i))}'" for i in sorted({own, *others}, key=str))
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
                AND (r.since IS NULL OR r.since <= '{on}') AND (r.until IS NULL OR r.until >= '{on}')
            WHERE above.steps < {MAX_STEPS}
        )
        SELECT below_id, id FROM above WHERE below_id <> id AND (id = '{own}' OR below_id = '{own}')
    """  # noqa: S608
    rows = await db.connection().execute_query_dict(statement)
    pairs = [(UUID(str(row["below_id"])), UUID(str(row["id"]))) for row in rows]
    near = {below if above == own else above for below, above in pairs} & set(others)
    return min(near, key=str) if near else None
