"""An applicant lets a helper's account act for it. Signing, awarding and paying stay with the applicant."""

from dataclasses import dataclass
from datetime import date

from market.actors import Actor, Role
from market.clock import day_ends, local_date
from market.errors import NotFound
from market.parties import codes, read, roles, sessions
from market.parties.models import Account, Mandate, Organisation
from market.permissions import Action, Subject
from market.text import Checker
from market.usecase import authorise, unit, use_case


@dataclass(frozen=True)
class GrantMandate:
    """``until_on``: the last day, in Zhoushan. ``evidence``: where the signed paper or the person's own word is found."""

    helper_login: str
    principal_code: str
    until_on: date
    evidence: str


@use_case(Action.MANDATE_GRANT)
async def grant_mandate(_actor: Actor, form: GrantMandate) -> Mandate:
    """A mandate from now to the end of the day; it takes the place of an earlier one of the same two.

    Raises NotFound, NotPermitted, InvalidInput.
    """
    principal = await read.require_organisation(form.principal_code)
    authorise(Action.MANDATE_GRANT, Subject.of(principal.id))
    helper = await _helper(form.helper_login)
    check, now = Checker(), unit().now
    evidence = check.text("evidence", form.evidence, 300)
    if form.until_on < local_date(now):
        check.add("untilOn", "in_the_past")
    if not roles.fits(principal.kind, Role.APPLICANT):
        check.add("principalCode", "not_allowed_here")
    check.done()
    await read.live_mandates(helper.id, principal.id, now).update(revoked_at=now)
    mandate = await Mandate.create(
        helper=helper, principal=principal, evidence=evidence, since=now, until=day_ends(form.until_on)
    )
    facts = {"helper": str(helper.id), "untilOn": form.until_on.isoformat()}
    unit().record("mandate:grant", f"organisation:{principal.code}", **facts)
    return mandate


@use_case(Action.MANDATE_GRANT)
async def revoke_mandate(_actor: Actor, helper_login: str, principal_code: str) -> Organisation:
    """The helper no longer acts for the principal, its sessions for it end. Returns the principal.

    Raises NotFound, NotPermitted.
    """
    principal = await read.require_organisation(principal_code)
    authorise(Action.MANDATE_GRANT, Subject.of(principal.id))
    login = codes.normalise_login(helper_login)
    helper = await Account.get_or_none(login=login) if codes.is_login(login) else None
    now = unit().now
    if helper is None or not await read.live_mandates(helper.id, principal.id, now).update(revoked_at=now):
        raise NotFound("mandate", helper_login[:64])
    await sessions.revoke(account_id=helper.id, on_behalf_of_id=principal.id)
    unit().record("mandate:revoke", f"organisation:{principal.code}", helper=str(helper.id))
    return principal


async def _helper(login: str) -> Account:
    name = codes.normalise_login(login)
    found = Account.filter(login=name, disabled_at=None, memberships__role=Role.HELPER, memberships__ended_at=None)
    account = await found.first() if codes.is_login(name) else None
    if account is None:
        raise NotFound("account", login[:64])
    return account
