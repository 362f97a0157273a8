"""The import contracts of .importlinter hold, and each of them can be broken."""

from copy import deepcopy

import grimp
import pytest
from importlinter import api
from importlinter.application import use_cases
from importlinter.domain.contract import registry

from tests.house.source import ROOT, listing

_OPTIONS = api.read_configuration(str(ROOT / ".importlinter"))
_CONTRACTS = {options["id"]: options for options in _OPTIONS["contracts_options"]}

BREACHES = {
    "packages": ("market.clock", "web.settings"),
    "domain": ("market.fees.service", "graphql"),
    "nouns": ("market.parties.read", "market.projects.read"),
    "pure": ("market.projects.states", "tortoise"),
    "timeless": ("market.selection.direct", "random"),
    "inside": ("market.fees.models", "market.fees.service"),
    "rows": ("web.cli", "market.fees.models"),
    "pages": ("web.pages.home", "market.money"),
}
"""Contract → an import that it must refuse."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom, the outside packages included."""
    return grimp.build_graph("market", "schema", "web", include_external_packages=True, cache_dir=None)


def _kept(contract: str, graph: grimp.ImportGraph) -> bool:
    options = _CONTRACTS[contract]
    kind = registry.get_contract_class(options["type"])
    contract_ = kind(options["name"], _OPTIONS["session_options"], options)
    return contract_.check(deepcopy(graph), verbose=False).kept


@pytest.fixture(autouse=True, scope="module")
def _contract_types() -> None:
    use_cases._register_contract_types(use_cases.read_user_options(str(ROOT / ".importlinter")))


def test_every_contract_has_its_breach() -> None:
    """A contract that is added comes with an import that breaks it."""
    assert set(BREACHES) == set(_CONTRACTS)


@pytest.mark.parametrize("contract", _CONTRACTS)
def test_a_contract_holds(contract: str, graph: grimp.ImportGraph) -> None:
    """The code keeps the contract."""
    assert _kept(contract, graph), listing([contract], "Run `.venv/bin/lint-imports` to see which import breaks it.")


@pytest.mark.parametrize("contract", BREACHES)
def test_a_contract_can_be_broken(contract: str, graph: grimp.ImportGraph) -> None:
    """One wrong import in an otherwise innocent graph is found."""
    importer, imported = BREACHES[contract]
    innocent = _without_imports(graph)
    assert _kept(contract, innocent)
    for module in {importer, imported} - innocent.modules:
        innocent.add_module(module, is_squashed=not module.startswith(("market", "schema", "web")))
    innocent.add_import(importer=importer, imported=imported)
    assert not _kept(contract, innocent)


def test_a_new_folder_of_market_must_be_placed(graph: grimp.ImportGraph) -> None:
    """A module of market that no layer names breaks the contract."""
    innocent = _without_imports(graph)
    innocent.add_module("market.cellar")
    assert not _kept("nouns", innocent)


def _without_imports(graph: grimp.ImportGraph) -> grimp.ImportGraph:
    bare = grimp.ImportGraph()
    for module in graph.modules:
        if module.startswith(("market", "schema", "web")):
            bare.add_module(module)
    return bare
