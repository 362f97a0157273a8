"""Who may do what: one table of (action, role, relation), asked in one place."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from market.actors import Actor, Role


class Action(StrEnum):
    """``noun:verb``."""

    ORGANISATION_REGISTER = "organisation:register"
    MEMBER_MANAGE = "member:manage"
    LINK_ISSUE = "link:issue"
    MANDATE_GRANT = "mandate:grant"
    SESSION_USE = "session:use"
    PERSON_NAME_READ = "person:read_name"
    RELATION_READ = "relation:read"
    PROJECT_POST = "project:post"
    PROJECT_EDIT = "project:edit"
    PROJECT_REVIEW = "project:review"
    PROJECT_READ_UNPUBLISHED = "project:read_unpublished"
    QUESTION_ASK = "question:ask"
    QUESTION_ANSWER = "question:answer"
    QUESTION_READ = "question:read"
    FRAMEWORK_POST = "framework:post"
    FRAMEWORK_REVIEW = "framework:review"
    FRAMEWORK_ENTER = "framework:enter"
    FRAMEWORK_ADMIT = "framework:admit"
    QUOTE_SUBMIT = "quote:submit"
    AVOIDANCE_RECORD = "avoidance:record"
    AVOIDANCE_LIFT = "avoidance:lift"
    AVOIDANCE_READ = "avoidance:read"
    BEACON_RECORD = "beacon:record"
    BEACON_CONFIRM = "beacon:confirm"
    AUCTION_BID = "auction:bid"
    AWARD_CONFIRM = "award:confirm"
    AWARD_PICK = "award:pick"
    AWARD_NAME_EVALUATORS = "award:name_evaluators"
    AWARD_SCORE = "award:score"
    CREDIT_RECORD = "credit:record"
    AWARD_ANNUL = "award:annul"
    AWARD_DECLINE = "award:decline"
    AWARD_FORFEIT = "award:forfeit"
    AWARD_SUSPEND = "award:suspend"
    SUSPENSION_LIFT = "suspension:lift"
    OPENING_WITNESS = "opening:witness"
    OBJECTION_RAISE = "objection:raise"
    OBJECTION_ANSWER = "objection:answer"
    OBJECTION_READ = "objection:read"
    CONTRACT_FILE = "contract:file"
    CONTRACT_DELIVER = "contract:deliver"
    CONTRACT_ACCEPT = "contract:accept"
    CONTRACT_READ = "contract:read"
    RATING_GIVE = "rating:give"
    RATING_REPLY = "rating:reply"
    RATING_DECIDE = "rating:decide"
    RATING_APPEAL_READ = "rating:read_appeal"
    MEASURE_PROPOSE = "measure:propose"
    MEASURE_ANSWER = "measure:answer"
    MEASURE_DECIDE = "measure:decide"
    MEASURE_READ = "measure:read"
    FEE_RECORD = "fee:record"
    FEE_REFUND = "fee:refund"
    FEE_REVERSE = "fee:reverse"
    FEE_READ = "fee:read"
    FEE_DECLARE = "fee:declare"
    FEE_OWN = "fee:read_own"
    DOCUMENT_UPLOAD = "document:upload"
    DOCUMENT_READ = "document:read"
    FINDING_READ = "finding:read"
    AUDIT_RUN = "audit:run"
    INDICATOR_READ = "indicator:read"
    LEDGER_IMPORT = "ledger:import"
    OVERSIGHT_TAKE = "oversight:take"
    OVERSIGHT_ASSIGN = "oversight:assign"
    OVERSIGHT_HANDLE = "oversight:handle"
    OVERSIGHT_DECIDE = "oversight:decide"
    OVERSIGHT_ANSWER = "oversight:answer"
    OVERSIGHT_READ = "oversight:read"
    COMPLAINT_READ = "complaint:read"
    JURISDICTION_SET = "jurisdiction:set"


class Relation(StrEnum):
    """How the actor must stand to the subject."""

    ANY = "any"
    PARTY = "party"
    """The actor's party is one of the subject's parties."""
    ADMIN = "admin"
    """As PARTY, and the account is an administrator of that organisation."""
    OTHER = "other"
    """Anybody but those who made the subject: four eyes."""


@dataclass(frozen=True)
class Subject:
    """What is acted on, as far as permission is concerned. ``makers``: accounts that may not approve their own work."""

    parties: frozenset[UUID] = frozenset()
    makers: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, *parties: UUID | None) -> "Subject":
        """A subject with these parties; None is left out."""
        return cls(frozenset(p for p in parties if p))


@dataclass(frozen=True)
class Allowed:
    """Yes, by this role."""

    role: Role


@dataclass(frozen=True)
class Denied:
    """No. ``reason``: anonymous, role, ownership or four_eyes; ``needed``: the roles that could."""

    reason: str
    needed: tuple[str, ...]


_A, _R, _PARTY = Action, Role, Relation.PARTY
_ALL = tuple(Role)

GRANTS: dict[Action, dict[Role, Relation]] = {
    _A.ORGANISATION_REGISTER: {_R.OPERATOR: Relation.ANY},
    _A.MEMBER_MANAGE: {_R.OPERATOR: Relation.ANY} | {r: Relation.ADMIN for r in _ALL if r != _R.OPERATOR},
    _A.LINK_ISSUE: {_R.OPERATOR: Relation.ANY} | {r: Relation.ADMIN for r in _ALL if r != _R.OPERATOR},
    _A.MANDATE_GRANT: {_R.OPERATOR: Relation.ANY, _R.APPLICANT: _PARTY},
    _A.SESSION_USE: dict.fromkeys(_ALL, Relation.ANY),
    _A.PERSON_NAME_READ: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.RELATION_READ: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.PROJECT_POST: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.HELPER: _PARTY},
    _A.PROJECT_EDIT: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.HELPER: _PARTY},
    _A.PROJECT_REVIEW: {_R.OPERATOR: Relation.OTHER},
    _A.PROJECT_READ_UNPUBLISHED: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.QUESTION_ASK: {_R.INTERMEDIARY: Relation.ANY},
    _A.QUESTION_ANSWER: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.HELPER: _PARTY},
    _A.QUESTION_READ: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.FRAMEWORK_POST: {_R.AGENCY: _PARTY, _R.OPERATOR: _PARTY},
    _A.FRAMEWORK_REVIEW: {_R.OPERATOR: Relation.OTHER},
    _A.FRAMEWORK_ENTER: {_R.INTERMEDIARY: _PARTY},
    _A.FRAMEWORK_ADMIT: {_R.AGENCY: _PARTY, _R.OPERATOR: _PARTY},
    _A.QUOTE_SUBMIT: {_R.INTERMEDIARY: Relation.ANY},
    _A.AVOIDANCE_RECORD: {_R.OPERATOR: Relation.ANY, _R.AGENCY: _PARTY},
    _A.AVOIDANCE_LIFT: {_R.OPERATOR: Relation.OTHER},
    _A.AVOIDANCE_READ: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.BEACON_RECORD: {_R.OPERATOR: Relation.OTHER, _R.REGULATOR: Relation.OTHER},
    _A.BEACON_CONFIRM: {_R.OPERATOR: Relation.OTHER, _R.REGULATOR: Relation.OTHER},
    _A.AUCTION_BID: {_R.INTERMEDIARY: Relation.ANY},
    _A.AWARD_CONFIRM: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY},
    _A.AWARD_PICK: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY},
    _A.AWARD_NAME_EVALUATORS: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY},
    _A.AWARD_SCORE: dict.fromkeys(_ALL, Relation.ANY),
    _A.CREDIT_RECORD: {_R.OPERATOR: Relation.ANY},
    _A.AWARD_ANNUL: {_R.OPERATOR: Relation.ANY},
    _A.AWARD_DECLINE: {_R.INTERMEDIARY: _PARTY},
    _A.AWARD_FORFEIT: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY},
    _A.AWARD_SUSPEND: {_R.REGULATOR: Relation.ANY},
    _A.SUSPENSION_LIFT: {_R.REGULATOR: _PARTY},
    _A.OPENING_WITNESS: {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.OBJECTION_RAISE: {_R.INTERMEDIARY: _PARTY},
    _A.OBJECTION_ANSWER: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY},
    _A.OBJECTION_READ: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.CONTRACT_FILE: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.INTERMEDIARY: _PARTY},
    _A.CONTRACT_DELIVER: {_R.INTERMEDIARY: _PARTY},
    _A.CONTRACT_ACCEPT: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY},
    _A.CONTRACT_READ: dict.fromkeys(_ALL, _PARTY) | {_R.REGULATOR: Relation.ANY},
    _A.RATING_GIVE: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY},
    _A.RATING_REPLY: {_R.INTERMEDIARY: _PARTY},
    _A.RATING_DECIDE: {_R.OPERATOR: Relation.OTHER},
    _A.RATING_APPEAL_READ: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.MEASURE_PROPOSE: {_R.OPERATOR: Relation.ANY},
    _A.MEASURE_ANSWER: {_R.INTERMEDIARY: _PARTY},
    _A.MEASURE_DECIDE: {_R.OPERATOR: Relation.OTHER},
    _A.MEASURE_READ: dict.fromkeys(_ALL, _PARTY) | {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.FEE_RECORD: {
        _R.AGENCY: _PARTY,
        _R.APPLICANT: _PARTY,
        _R.INTERMEDIARY: _PARTY,
        _R.HELPER: _PARTY,
        _R.REGULATOR: Relation.ANY,
    },
    _A.FEE_REFUND: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.INTERMEDIARY: _PARTY, _R.REGULATOR: Relation.ANY},
    _A.FEE_REVERSE: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.INTERMEDIARY: _PARTY, _R.REGULATOR: Relation.ANY},
    _A.FEE_READ: dict.fromkeys(_ALL, _PARTY) | {_R.REGULATOR: Relation.ANY},
    _A.FEE_DECLARE: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.INTERMEDIARY: _PARTY, _R.HELPER: _PARTY},
    _A.FEE_OWN: {_R.APPLICANT: _PARTY, _R.HELPER: _PARTY},
    _A.DOCUMENT_UPLOAD: {
        _R.AGENCY: _PARTY,
        _R.APPLICANT: _PARTY,
        _R.INTERMEDIARY: _PARTY,
        _R.HELPER: _PARTY,
        _R.REGULATOR: _PARTY,
    },
    _A.DOCUMENT_READ: dict.fromkeys(_ALL, _PARTY) | {_R.REGULATOR: Relation.ANY},
    _A.FINDING_READ: dict.fromkeys(_ALL, _PARTY) | {_R.REGULATOR: Relation.ANY},
    _A.AUDIT_RUN: {_R.REGULATOR: Relation.ANY},
    _A.INDICATOR_READ: {_R.REGULATOR: Relation.ANY},
    _A.LEDGER_IMPORT: {_R.OPERATOR: Relation.ANY, _R.REGULATOR: Relation.ANY},
    _A.OVERSIGHT_TAKE: {_R.REGULATOR: Relation.ANY},
    _A.OVERSIGHT_ASSIGN: {_R.REGULATOR: Relation.ANY},
    _A.OVERSIGHT_HANDLE: {_R.REGULATOR: _PARTY},
    _A.OVERSIGHT_DECIDE: {_R.REGULATOR: Relation.OTHER},
    _A.OVERSIGHT_ANSWER: {_R.AGENCY: _PARTY, _R.APPLICANT: _PARTY, _R.INTERMEDIARY: _PARTY},
    _A.OVERSIGHT_READ: dict.fromkeys(_ALL, _PARTY) | {_R.REGULATOR: Relation.ANY},
    _A.COMPLAINT_READ: {_R.REGULATOR: _PARTY},
    _A.JURISDICTION_SET: {_R.OPERATOR: Relation.ANY},
}
"""The operator reads no quotes, no contracts and no fees of others: it runs the place, it does not look into pockets."""


def may(actor: Actor, action: Action, subject: Subject | None = None) -> Allowed | Denied:
    """Whether the actor may. Without a subject: whether any of its roles could, on some subject."""
    grants = GRANTS[action]
    needed = tuple(role.value for role in grants)
    if actor.is_anonymous:
        return Denied("anonymous", needed)
    held = sorted(actor.roles & grants.keys())
    if not held:
        return Denied("role", needed)
    for role in held:
        if subject is None or _holds(actor, grants[role], subject):
            return Allowed(role)
    return Denied("four_eyes" if Relation.OTHER in grants.values() else "ownership", needed)


def _holds(actor: Actor, relation: Relation, subject: Subject) -> bool:
    if relation is Relation.PARTY:
        return actor.party_id in subject.parties
    if relation is Relation.ADMIN:
        return actor.is_admin and actor.organisation_id in subject.parties
    return relation is Relation.ANY or actor.account_id not in subject.makers
