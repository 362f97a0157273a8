"""What oversight achieves, in numbers anybody may read: never a case, a party or a complainant, only groups."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from market import db
from market.errors import InvalidInput
from market.findings.models import FindingState
from market.oversight.models import OrderKind, Outcome
from market.oversight.states import OversightState


class Grouping(StrEnum):
    """By the department of the case, the month in which it was opened, or the rule; a case of two rules counts under both."""

    DEPARTMENT = "department"
    MONTH = "month"
    RULE = "rule"


@dataclass(frozen=True)
class Group:
    """Cases opened in the period. ``explanations``: answered or overdue. Money in fen, counted once for one fact."""

    key: str
    opened: int
    explanations: int
    answered_in_time: int
    closed: int
    closed_in_time: int
    dismissed: int
    at_issue_fen: int
    returned_fen: int


_KEYS = {
    Grouping.DEPARTMENT: "c.department_code",
    Grouping.MONTH: "SUBSTR(CAST(c.opened_on AS VARCHAR(10)), 1, 7)",
    Grouping.RULE: "f.rule",
}


# budget: one statement, whose parts are named in it
async def statistics(first: date, last: date, by: Grouping) -> list[Group]:
    """One row per group, by key; both days included. Raises InvalidInput when the period is turned round."""
    if last < first:
        raise InvalidInput.one("to", "too_early", first=first)
    of = "f.rule" if by is Grouping.RULE else "''"
    links = "JOIN oversight_case_findings l ON l.case_id = c.id JOIN findings f ON f.id = l.finding_id"
    # Only words and dates of our own are written into the statement.
    statement = f"""
        WITH grouped AS (
            SELECT DISTINCT c.id AS case_id, {_KEYS[by]} AS key, c.state AS state, c.escalation AS escalation
            FROM oversight_cases c {links if by is Grouping.RULE else ""}
            WHERE c.opened_on >= '{first.isoformat()}' AND c.opened_on <= '{last.isoformat()}'
        ), asked AS (
            SELECT case_id, COUNT(*) AS asked, SUM(CASE WHEN done_at <= due_at THEN 1 ELSE 0 END) AS in_time
            FROM oversight_orders WHERE kind = '{OrderKind.EXPLAIN.value}' AND (done_at IS NOT NULL OR escalated_at IS NOT NULL)
            GROUP BY case_id
        ), subjects AS (
            SELECT c.id AS case_id, {of} AS rule, f.subject AS subject, MAX(f.amount_fen) AS amount, MAX(f.refunded_fen) AS back
            FROM oversight_cases c {links}
            WHERE l.outcome <> '{Outcome.NOT_UPHELD.value}' AND f.state <> '{FindingState.CLEARED.value}'
            AND c.opened_on >= '{first.isoformat()}' AND c.opened_on <= '{last.isoformat()}'
            GROUP BY c.id, {of + ", " if by is Grouping.RULE else ""} f.subject
        ), sums AS (
            SELECT case_id, rule,
                SUM(CASE WHEN subject LIKE 'payment:%' THEN amount ELSE 0 END) AS paid,
                MAX(CASE WHEN subject LIKE 'payment:%' THEN 0 ELSE amount END) AS other,
                SUM(CASE WHEN subject LIKE 'payment:%' THEN back ELSE 0 END) AS paid_back,
                MAX(CASE WHEN subject LIKE 'payment:%' THEN 0 ELSE back END) AS other_back
            FROM subjects GROUP BY case_id, rule
        )
        SELECT g.key AS key, COUNT(*) AS opened, COALESCE(SUM(a.asked), 0) AS explanations,
            COALESCE(SUM(a.in_time), 0) AS answered_in_time,
            SUM(CASE WHEN g.state = '{OversightState.CLOSED.value}' THEN 1 ELSE 0 END) AS closed,
            SUM(CASE WHEN g.state = '{OversightState.CLOSED.value}' AND g.escalation = 0 THEN 1 ELSE 0 END) AS closed_in_time,
            SUM(CASE WHEN g.state = '{OversightState.DISMISSED.value}' THEN 1 ELSE 0 END) AS dismissed,
            COALESCE(SUM(CASE WHEN s.paid > s.other THEN s.paid ELSE s.other END), 0) AS at_issue_fen,
            COALESCE(SUM(CASE WHEN s.paid_back > s.other_back THEN s.paid_back ELSE s.other_back END), 0) AS returned_fen
        FROM grouped g LEFT JOIN asked a ON a.case_id = g.case_id
        LEFT JOIN sums s ON s.case_id = g.case_id AND (s.rule = '' OR s.rule = g.key)
        GROUP BY g.key ORDER BY g.key
    """  # noqa: S608
    rows = await db.connection().execute_query_dict(statement)
    return [Group(row.pop("key"), **{name: int(value) for name, value in row.items()}) for row in rows]
