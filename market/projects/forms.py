"""What a poster fills in, and the checks that need no database."""

from dataclasses import dataclass
from datetime import UTC, datetime

from market.projects.models import Purpose, Quoting, SealMode, SelectionMethod
from market.projects.parameters import BY_PRICE, FIXED_PRICE, NOTHING_CHOSEN, Parameters
from market.text import Checker

MAX_WORKING_DAYS, OBJECT = 1000, 300
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""No deadline lies beyond: what is added to one (grace, time zone) must still be a date."""


@dataclass(frozen=True)
class CaseForm:
    """The approval case: an agency names the applicant, an applicant names the agency."""

    case_no: str
    approval_item: str
    agency_code: str | None
    applicant_code: str | None
    object: str = ""


@dataclass(frozen=True)
class BeaconForm:
    """A public random value that nobody can know before ``at``: a lottery's draw, a round of a beacon."""

    name: str
    at: datetime


@dataclass(frozen=True)
class PostProject:
    """A need. ``ceiling_fen`` in fen; ``closes_at`` None: the rulebook's open period from publication.

    ``framework``: the code of the agreement that this calls off from.
    ``auction_starts_at``: of a reverse auction; None: the first morning of a working day after the opening and the lead.
    """

    idempotency_key: str
    title: str
    item_code: str
    service_working_days: int
    requirements: str = ""
    purpose: Purpose = Purpose.APPROVAL
    method: SelectionMethod = SelectionMethod.LOWEST_PRICE
    quoting: Quoting = Quoting.AMOUNT
    seal_mode: SealMode = SealMode.ESCROWED
    parameters: Parameters = NOTHING_CHOSEN
    ceiling_fen: int | None = None
    closes_at: datetime | None = None
    auction_starts_at: datetime | None = None
    case: CaseForm | None = None
    budget_line: str = ""
    invited_code: str | None = None
    framework: str | None = None
    told_not_obliged: bool = False
    previous_round: str | None = None
    beacon: BeaconForm | None = None

    def check(self, now: datetime) -> None:
        """Raises InvalidInput with every problem of the plain fields."""
        check = Checker()
        check.published("title", self.title, 200)
        check.text("itemCode", self.item_code, 40)
        check.published("requirements", self.requirements, 20_000, required=False, lines=True)
        check.published("budgetLine", self.budget_line, 100, required=False)
        check.whole("serviceWorkingDays", self.service_working_days, 1, MAX_WORKING_DAYS)
        if self.ceiling_fen is not None:
            check.amount("ceiling", self.ceiling_fen)
        if self.closes_at is not None and self.closes_at <= now:
            check.add("closesAt", "in_the_past")
        _check_latest(check, self.closes_at)
        self._check_method(check)
        if self.case is not None:
            check.number("case.caseNo", self.case.case_no, 60)
            check.text("case.approvalItem", self.case.approval_item, 300)
            check.text("case.object", self.case.object, OBJECT, required=False)
        self._check_draw(check)
        self._check_seal(check)
        check.done()

    def _check_method(self, check: Checker) -> None:
        if (self.method is SelectionMethod.DIRECT) != (self.invited_code is not None):
            check.add("invitedCode", "required" if self.invited_code is None else "not_allowed_here")
        if self.method is SelectionMethod.ROTATION and self.framework is None:
            check.add("framework", "required")
        if self.auction_starts_at is not None and self.method is not SelectionMethod.REVERSE_AUCTION:
            check.add("auctionStartsAt", "not_allowed_here")
        _check_latest(check, self.auction_starts_at, "auctionStartsAt")
        self.parameters.check(check, self.method, self.quoting, self.ceiling_fen)

    def _check_seal(self, check: Checker) -> None:
        """Where the price is fixed there is nothing to keep; other methods read quotes before all are shown."""
        if self.seal_mode is SealMode.BIDDER_HELD and self.method not in BY_PRICE:
            check.add("sealMode", "not_allowed_here")

    def _check_draw(self, check: Checker) -> None:
        if self.ceiling_fen is None and (self.method in FIXED_PRICE or self.framework is not None):
            check.add("ceiling", "fixed_price_required")
        if self.beacon is not None:
            check.published("beacon.name", self.beacon.name, 200)
            _check_latest(check, self.beacon.at, "beacon.at")
            if self.method is SelectionMethod.DIRECT:
                check.add("beacon", "not_allowed_here")


@dataclass(frozen=True)
class AmendProject:
    """Changes to a draft or, with a reason, to an open notice. None: unchanged. ``seen_version`` guards against lost updates."""

    code: str
    seen_version: int
    reason: str
    title: str | None = None
    requirements: str | None = None
    service_working_days: int | None = None
    ceiling_fen: int | None = None
    closes_at: datetime | None = None

    def changes(self) -> dict[str, object]:
        """The fields that were given. Raises InvalidInput."""
        check = Checker()
        check.published("reason", self.reason, 500)
        given: dict[str, object] = {}
        if self.title is not None:
            given["title"] = check.published("title", self.title, 200)
        if self.requirements is not None:
            given["requirements"] = check.published("requirements", self.requirements, 20_000, required=False, lines=True)
        if self.service_working_days is not None:
            given["service_working_days"] = check.whole("serviceWorkingDays", self.service_working_days, 1, MAX_WORKING_DAYS)
        if self.ceiling_fen is not None:
            given["ceiling_fen"] = check.amount("ceiling", self.ceiling_fen)
        if self.closes_at is not None:
            given["closes_at"] = self.closes_at
            _check_latest(check, self.closes_at)
        if not given:
            check.add("reason", "nothing_changed")
        check.done()
        return given


def _check_latest(check: Checker, at: datetime | None, path: str = "closesAt") -> None:
    if at is not None and at > LATEST:
        check.add(path, "too_late", last=LATEST.date())
