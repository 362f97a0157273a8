"""The README's tour: every query in it is run, as it stands, against the demo world."""

import re
from pathlib import Path

import pytest

from tests.web.api import Api

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?:<!-- as: (\w+)(, project: open)? -->\n)?```graphql\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_readme_runs(demo_server: str, number: int) -> None:
    """The example answers without errors, and not with a refusal or an empty list."""
    who, needs_project, document = EXAMPLES[number]
    api = Api.sign_in(demo_server, who) if who else Api(demo_server)
    variables = {}
    if needs_project:
        page = api('{ projects(filter: {state: [OPEN], itemCode: "ZSZJ-02-016"}, orderBy: NEWEST) { edges { node { code } } } }')
        variables = {"project": page["projects"]["edges"][0]["node"]["code"]}
    answer = str(api(document, **variables))
    assert "'code': '" not in answer.replace("'code': 'ZSZJ", "").replace("'code': 'XM", "") and "'edges': []" not in answer
