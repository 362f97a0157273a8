"""The demo world's fictional organisations and accounts. Codes are valid, names are invented, nobody real is meant."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from stdnum.cn import ric, uscc

from market.actors import SYSTEM, Actor, Role
from market.avoidance.models import Ground
from market.avoidance.service import RecordAvoidance, record_avoidance
from market.parties import passwords
from market.parties.models import Account, HeldQualification, Mandate, Membership, Organisation, OrganisationKind
from market.practitioners.service import RegisterPractitioner, register_practitioner
from market.usecase import unit, use_case

PASSWORD = "market-demo"  # noqa: S105 - published on purpose; the demo only listens on loopback


def code(kind: str, serial: int) -> str:
    """A valid unified social credit code: kind ``11`` agency, ``12`` institution, ``91`` enterprise; a made-up body in 330901."""
    body = f"{kind}330901DEM0{serial:05d}"
    return body + uscc.calc_check_digit(body)


@dataclass(frozen=True)
class Person:
    """An account, its role and its organisation."""

    login: str
    display_name: str
    role: Role
    organisation_code: str
    organisation: str
    kind: OrganisationKind


_K, _R = OrganisationKind, Role
PEOPLE = (
    Person("operator", "运营员小周", _R.OPERATOR, code("11", 1), "示例市政务服务办公室（虚构）", _K.AGENCY),
    Person("operator2", "运营员小吴", _R.OPERATOR, code("11", 1), "示例市政务服务办公室（虚构）", _K.AGENCY),
    Person("operator3", "运营员小方", _R.OPERATOR, code("11", 1), "示例市政务服务办公室（虚构）", _K.AGENCY),
    Person("regulator", "监管员老陈", _R.REGULATOR, code("11", 2), "示例市发展改革监管处（虚构）", _K.AGENCY),
    Person("regulator2", "监管员小郑", _R.REGULATOR, code("11", 2), "示例市发展改革监管处（虚构）", _K.AGENCY),
    Person("agency", "海洋局小林", _R.AGENCY, code("11", 3), "示例市海洋局（虚构）", _K.AGENCY),
    Person("applicant", "蓝湾水产老板娘", _R.APPLICANT, code("91", 1), "示例蓝湾水产有限公司（虚构）", _K.ENTERPRISE),
    Person("helper", "帮代办员阿芳", _R.HELPER, code("12", 1), "示例岛帮代办服务站（虚构）", _K.PUBLIC_INSTITUTION),
    *(
        Person(
            f"intermediary{n}",
            f"{name}业务员",
            _R.INTERMEDIARY,
            code("91", 10 + n),
            f"示例{name}有限公司（虚构）",
            _K.INTERMEDIARY,
        )
        for n, name in enumerate(("东海评估", "群岛咨询", "普陀测绘", "岱山检测", "嵊泗环境", "定海工程"), 1)
    ),
)
_BY_LOGIN = {person.login: person for person in PEOPLE}
ISLANDER = ("P7DEMOISLANDER", "王阿婆（虚构）")


def of(login: str) -> str:
    """The code of the organisation that this account acts for."""
    return _BY_LOGIN[login].organisation_code


def name_of(login: str) -> str:
    """That organisation's name."""
    return _BY_LOGIN[login].organisation


@use_case(None)
async def settle_in(_actor: Actor, password_hash: str, qualifications: list[str]) -> dict[str, Actor]:
    """Everybody with an account, as actors by login; intermediaries hold every qualification of the catalogue."""
    now, actors = unit().now, {}
    for person in PEOPLE:
        known = await Organisation.get_or_none(code=person.organisation_code)
        organisation = known or await Organisation.create(
            code=person.organisation_code, name=person.organisation, kind=person.kind, created_at=now
        )
        account = await Account.create(
            login=person.login, display_name=person.display_name, password_hash=password_hash, created_at=now
        )
        await Membership.create(account=account, organisation=organisation, role=person.role, is_admin=True, since=now)
        if person.role is Role.INTERMEDIARY:
            await _qualify(organisation.id, qualifications)
        actors[person.login] = Actor(account.id, organisation.id, frozenset({person.role}), is_admin=True)
        unit().record("organisation:register", f"organisation:{person.organisation_code}", role=person.role.value)
    await _mandate(actors["helper"])
    return actors


async def _qualify(organisation_id: UUID, names: list[str]) -> None:
    rows = [
        HeldQualification(
            organisation_id=organisation_id, qualification=name, certificate_no=f"DEMO-{n}", valid_from="2020-01-01"
        )
        for n, name in enumerate(names)
    ]
    await HeldQualification.bulk_create(rows)


async def _mandate(helper: Actor) -> None:
    now = unit().now
    islander = await Organisation.create(code=ISLANDER[0], name=ISLANDER[1], kind=_K.PERSON, created_at=now)
    until = now.replace(year=now.year + 1, day=min(now.day, 28))
    await Mandate.create(helper_id=helper.account_id, principal=islander, evidence="纸质委托书（虚构）", since=now, until=until)
    unit().record("mandate:grant", f"organisation:{ISLANDER[0]}", helper=str(helper.account_id))


async def people(qualifications: list[str]) -> dict[str, Actor]:
    """Hash the one password once, then let everybody in."""
    return await settle_in(SYSTEM, await passwords.hash_password(PASSWORD), qualifications)


async def registers(cast: dict[str, Actor], today: date) -> None:
    """Somebody who practises for the first intermediary, and an entry of the avoidance list whose time is over."""
    body = "11010519000101001"
    form = RegisterPractitioner(
        of("intermediary1"), "示例工程师（虚构）", "注册测绘师", body + ric.calc_check_digit(body + "0"), "DEMO-P1"
    )
    await register_practitioner(cast["operator"], form)
    ended = RecordAvoidance(
        of("agency"),
        of("intermediary6"),
        Ground.EARLIER_STAGE,
        "承担过示例湾海域规划的前期工作（虚构）",
        today - timedelta(days=300),
        today - timedelta(days=10),
    )
    await record_avoidance(cast["operator"], ended)
