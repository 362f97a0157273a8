"""Clients rate what they accepted; the intermediary replies once, and may appeal to the operator. Source: domain.md §2.12, §2.14."""

from dataclasses import dataclass
from datetime import datetime

from market.actors import Actor
from market.clock import day_ends, local_date
from market.contracts import read as contracts
from market.contracts.models import Contract
from market.errors import AlreadyFiled, DeadlinePassed, InvalidInput, NotFound, SelfDealing, WrongState
from market.parties import read as parties
from market.parties.relations import related
from market.permissions import Action, Subject
from market.ratings import read
from market.ratings.models import Rating
from market.ratings.stars import HIGHEST, LOWEST, MARKS
from market.text import Checker, new_code, one_published, one_text, typed_code
from market.usecase import authorise, rulebook, unit, use_case

TEXT = 500


@dataclass(frozen=True)
class RateService:
    """Five marks of 1 to 5 stars, and a comment that everybody reads."""

    contract_no: str
    quality: int
    timeliness: int
    attitude: int
    charges: int
    conduct: int
    comment: str = ""

    def check(self) -> str:
        """The comment as it is stored. Raises InvalidInput with every problem."""
        check = Checker()
        for name in MARKS:
            check.whole(name, getattr(self, name), LOWEST, HIGHEST)
        comment = check.published("comment", self.comment, TEXT, required=False, lines=True)
        check.done()
        return comment


@use_case(Action.RATING_GIVE)
async def rate_service(actor: Actor, form: RateService) -> Rating:
    """The client rates a result after it accepted it, once, while the rulebook lets it. Nobody is made to, and silence is no rating.

    Raises NotFound, NotPermitted, SelfDealing, InvalidInput, AlreadyFiled, DeadlinePassed.
    """
    contract = await contracts.contract_by_no(form.contract_no)
    if contract is None or not contracts.may_see(actor, contract):
        raise NotFound("contract", form.contract_no[:40])
    authorise(Action.RATING_GIVE, Subject.of(contract.client_id))
    comment = form.check()
    await Contract.select_for_update().get(id=contract.id)
    _check_time(contract)
    await _refuse_interested(actor, contract)
    if await Rating.exists(contract_id=contract.id):
        raise AlreadyFiled("rating", contract.contract_no)
    marks = {name: getattr(form, name) for name in MARKS}
    rating = await Rating.create(
        code=new_code("PJ", unit().now),
        contract=contract,
        intermediary_id=contract.supplier_id,
        comment=comment,
        rated_at=unit().now,
        rated_by_id=actor.account_id,
        **marks,
    )
    unit().record("rating:give", f"organisation:{contract.supplier.code}", rating=rating.code, **marks)
    return await read.loaded(rating.id)


async def _refuse_interested(actor: Actor, contract: Contract) -> None:
    """Nobody praises or clears whom it acts for, ever acted for, or is tied to by ownership. Raises SelfDealing."""
    account, own = actor.account_id, actor.party_id
    project = contract.award.project.code if contract.award else ""
    if account and await parties.is_member(account, contract.supplier_id):
        raise SelfDealing(project, "same_person")
    if own and await related(own, {contract.supplier_id}, local_date(unit().now)):
        raise SelfDealing(project, "related_organisation")


def _check_time(contract: Contract) -> None:
    if contract.accepted_on is None or contract.award_id is None:
        raise InvalidInput.one("contractNo", "not_accepted")
    until = rate_until(contract)
    if until is None or unit().received_at >= until:
        raise DeadlinePassed(until or unit().now, unit().received_at)


def rate_until(contract: Contract) -> datetime | None:
    """The end of the last day on which its client may rate it; None before the acceptance."""
    if contract.accepted_on is None:
        return None
    return rulebook().deadline("rating_period", day_ends(contract.accepted_on)).at


@use_case(Action.RATING_REPLY)
async def reply_to_rating(_actor: Actor, code: str, reply: str) -> Rating:
    """The intermediary answers, once, for everybody to read. Raises NotFound, NotPermitted, InvalidInput, WrongState."""
    rating = await _locked(code)
    authorise(Action.RATING_REPLY, Subject.of(rating.intermediary_id))
    words = one_published("reply", reply, TEXT, lines=True)
    if rating.replied_at is not None:
        raise WrongState("rating", "reply_given", ("reply_missing",))
    await Rating.filter(id=rating.id).update(reply=words, replied_at=unit().now)
    _record("rating:reply", rating)
    return await read.loaded(rating.id)


@use_case(Action.RATING_REPLY)
async def appeal_rating(_actor: Actor, code: str, reason: str) -> Rating:
    """The intermediary asks the operator to withdraw it, once and within the rulebook's days; it counts until that is decided.

    Raises NotFound, NotPermitted, InvalidInput, AlreadyFiled, DeadlinePassed.
    """
    rating = await _locked(code)
    authorise(Action.RATING_REPLY, Subject.of(rating.intermediary_id))
    words = one_text("reason", reason, TEXT, lines=True)
    if rating.appealed_at is not None:
        raise AlreadyFiled("appeal", rating.code)
    until = rulebook().deadline("rating_appeal_period", rating.rated_at).at
    if unit().received_at >= until:
        raise DeadlinePassed(until, unit().received_at)
    decide_by = rulebook().deadline("rating_decision_period", unit().now).at
    await Rating.filter(id=rating.id).update(appeal_reason=words, appealed_at=unit().now, decide_by=decide_by)
    _record("rating:appeal", rating, decideBy=decide_by.isoformat())
    return await read.loaded(rating.id)


@use_case(Action.RATING_DECIDE)
async def decide_rating_appeal(actor: Actor, code: str, reason: str, *, withdraw: bool) -> Rating:
    """The operator keeps the rating or withdraws it, with a reason that is published; never whoever gave it.

    Raises NotFound, NotPermitted (four_eyes), SelfDealing, InvalidInput, WrongState.
    """
    rating = await _locked(code)
    authorise(Action.RATING_DECIDE, read.subject(rating))
    await _refuse_interested(actor, rating.contract)
    words = one_published("reason", reason, TEXT, lines=True)
    if rating.appealed_at is None or rating.decided_at is not None:
        raise WrongState("rating", "not_appealed" if rating.appealed_at is None else "decided", ("appealed",))
    values = {"withdrawn": withdraw, "decision_reason": words, "decided_at": unit().now, "decided_by_id": actor.account_id}
    await Rating.filter(id=rating.id).update(**values)
    _record("rating:decide", rating, withdrawn=withdraw, reason=words)
    return await read.loaded(rating.id)


async def _locked(code: str) -> Rating:
    """The rating, with nobody else at it. Raises NotFound."""
    found = await Rating.filter(code=typed_code(code)).select_for_update().first()
    if found is None:
        raise NotFound("rating", code[:40])
    return await read.loaded(found.id)


def _record(action: str, rating: Rating, **facts: object) -> None:
    """Words stay out of the log, which nobody can take back: an appeal may find that they must not be shown."""
    unit().record(action, f"organisation:{rating.intermediary.code}", rating=rating.code, **facts)
