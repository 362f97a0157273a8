"""Platform measures in the API: everybody reads what was imposed and on which published ground; evidence and notices stay inside."""

from strawberry import relay

from market import clock
from market.actors import ANONYMOUS, Role
from tests.contest import member
from tests.factories_measures import HEARD, NOW, case, imposed, office, proposed
from tests.schema.conftest import Execute

SEEN = "code kind state facts statement evidence isInForce pauseDays intermediary { code } ground { code name source steps { kind days } }"


async def test_a_notice_is_for_its_intermediary_and_a_measure_for_everybody(execute: Execute) -> None:
    """Neither the list, nor its code, nor its global id tells others of what is only proposed; long numbers are covered."""
    supplier, contract = await case()
    first, second, third = await office(3)
    measure = await proposed(first, contract, facts="电话 0580 202 020 202 要求另付")
    text = f"""query($c: String!, $id: ID!) {{ measure(code: $c) {{ {SEEN} }} node(id: $id) {{ id }}
        measures(filter: {{ inForce: false, states: [PROPOSED, IMPOSED] }}) {{ totalCount edges {{ node {{ code }} }} }} }}"""
    asked = {"c": measure.code, "id": str(relay.GlobalID("Measure", str(measure.id)))}
    state = "mutation($i: StateCaseInput!) { stateCase(input: $i) { __typename ... on Measure { stateBy } } }"
    decide = """mutation($i: DecideMeasureInput!) { decideMeasure(input: $i) { __typename
        ... on StatementAwaited { until message } ... on Error { code } } }"""
    impose = {"code": measure.code, "impose": True, "reason": "属实"}
    with clock.fixed(NOW):
        hidden, own = await execute(text, ANONYMOUS, **asked), await execute(text, supplier, **asked)
        early = await execute(decide, second, lang="en", i=impose)
        stated = await execute(state, supplier, i={"code": measure.code, "statement": "是加做的工作"})
        mine = await execute(decide, first, i=impose)
        done = await execute(decide, second, i=impose)
        public = await execute(text, await member(Role.APPLICANT), lang="en", **asked)
        again = await execute(decide, third, i=impose)
    assert hidden.data == {"measure": None, "node": None, "measures": {"totalCount": 0, "edges": []}}
    assert (
        own.data["node"] and own.data["measures"]["totalCount"] == 1 and own.data["measure"]["evidence"] == contract.contract_no
    )
    assert (
        early.data["decideMeasure"]["__typename"] == "StatementAwaited" and "2026-12-22" in early.data["decideMeasure"]["message"]
    )
    assert stated.data["stateCase"]["__typename"] == "Measure"
    assert [answer.data["decideMeasure"]["__typename"] for answer in (mine, done, again)] == [
        "NotPermitted",
        "Measure",
        "WrongState",
    ]
    seen = public.data["measure"]
    assert (seen["kind"], seen["state"], seen["isInForce"], seen["evidence"]) == ("PAUSE", "IMPOSED", True, None)
    assert seen["facts"] == "电话 *** 要求另付" and seen["statement"] == "是加做的工作"
    assert seen["ground"]["name"].startswith("Asked for more") and seen["ground"]["steps"][0] == {"kind": "PAUSE", "days": 60}


async def test_the_rest_of_its_life(execute: Execute) -> None:
    """Too heavy is refused with what is allowed; an appeal is decided by a third; what was upheld may be lifted; the grounds are public."""
    supplier, contract = await case()
    people = await office(3)
    measure = await imposed(contract, people)
    propose = "mutation($i: ProposeMeasureInput!) { proposeMeasure(input: $i) { __typename ... on Error { message } } }"
    told = {
        "intermediaryCode": contract.supplier.code,
        "ground": "late",
        "happenedOn": "2026-12-10",
        "facts": "x",
        "kind": "REMOVAL",
    }
    steps = [
        ("appealMeasure", "AppealMeasureInput", supplier, {"reason": "那是加做的工作"}),
        ("decideMeasureAppeal", "DecideMeasureAppealInput", people[2], {"reason": "属实", "annul": False}),
        ("liftMeasure", "LiftMeasureInput", people[2], {"reason": "已退款"}),
    ]
    states = []
    with clock.fixed(HEARD):
        heavy = await execute(propose, people[0], i=told | {"evidence": contract.contract_no})
        for name, kind, who, more in steps:
            document = f"mutation($i: {kind}!) {{ {name}(input: $i) {{ __typename ... on Measure {{ state }} }} }}"
            states.append((await execute(document, who, i={"code": measure.code, **more})).data[name]["state"])
        listed = await execute("{ measureGrounds { code name steps { kind days } } }", ANONYMOUS)
    assert heavy.data["proposeMeasure"]["__typename"] == "MeasureTooHeavy" and "警告" in heavy.data["proposeMeasure"]["message"]
    assert states == ["APPEALED", "UPHELD", "LIFTED"]
    assert {"late", "collusion_confirmed"} <= {row["code"] for row in listed.data["measureGrounds"]}
