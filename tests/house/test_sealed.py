"""No path in the code decrypts a quote before its time: who can reach ``vault.unseal`` is walked, not believed."""

import ast
from pathlib import Path

from tests.house.doors import _calls
from tests.house.source import PACKAGES, ROOT, Source, dotted, sources

DOOR = "market.vault.unseal"
WAYS = {
    "market.quotes.read.unsealed": {DOOR},
    "market.quotes.read._own": {"market.quotes.read.unsealed"},
    "market.quotes.read.own_quote": {"market.quotes.read._own"},
    "market.quotes.read.own_quotes": {"market.quotes.read._own"},
    "market.quotes.service._look": {"market.quotes.read.own_quotes"},
    "market.quotes.service.own_quotes": {"market.quotes.service._look"},
    "market.quotes.service.submit_quote": {"market.quotes.read.own_quote"},
    "market.quotes.service.commit_quote": {"market.quotes.read.own_quote"},
    "market.quotes.service.take_in": {"market.quotes.read.unsealed"},
    "market.quotes.service.withdraw_quote": {"market.quotes.read.own_quote"},
    "market.quotes.service._open": {"market.quotes.read.unsealed"},
    "market.quotes.service.unseal_all": {"market.quotes.service._open"},
    "market.draws.service.reveal_nonce": {"market.quotes.read.own_quote"},
    "market.draws.service.reveal_quote": {"market.quotes.read.own_quote", "market.quotes.service.take_in"},
    "market.awards.service.unsealed": {"market.quotes.service.unseal_all"},
    "market.awards.service.conclude": {"market.awards.service.unsealed"},
    "market.awards.service._awaits_scores": {"market.awards.service.unsealed"},
    "market.awards.service._goes_on_as_auction": {"market.awards.service.unsealed"},
    "market.awards.service.settle": {
        "market.awards.service._awaits_scores",
        "market.awards.service._goes_on_as_auction",
        "market.awards.service.conclude",
    },
    "market.awards.auctions._award": {"market.awards.service.conclude"},
    "market.awards.auctions.advance": {"market.awards.auctions._award"},
    "market.awards.evaluation._masked": {"market.awards.service.unsealed"},
    "market.awards.evaluation._conclude_when_complete": {"market.awards.service.conclude"},
    "market.awards.evaluation.name_evaluators": {"market.awards.evaluation._conclude_when_complete"},
    "market.awards.evaluation.read_proposals": {"market.awards.evaluation._masked"},
    "market.awards.evaluation.submit_scores": {
        "market.awards.evaluation._masked",
        "market.awards.evaluation._conclude_when_complete",
    },
}
"""Every function of ours that can come to the door and leads no further than a bidder to its own or the clock to an opening,
and what it calls on the way. ``_look``, ``submit_quote``, ``commit_quote``, ``withdraw_quote``, ``reveal_nonce`` and
``reveal_quote`` take the actor's organisation and nothing else, the last to seal the nonce in escrow again beside the quote that
its bidder has shown; evaluators read proposals without names and prices, and ``unseal_all`` refuses them too before the time."""
ENTRANCES = {f"market.quotes.service.{name}" for name in ("own_quotes", "submit_quote", "commit_quote", "withdraw_quote")}
ENTRANCES |= {"market.awards.service.settle", "market.awards.auctions.advance"}
ENTRANCES |= {f"market.draws.service.{name}" for name in ("reveal_nonce", "reveal_quote")}
ENTRANCES |= {f"market.awards.evaluation.{name}" for name in ("name_evaluators", "read_proposals", "submit_scores")}
"""What the rest of the code calls: as the actor that signed in, or by the clock."""


def ways(root: Path = ROOT) -> dict[str, set[str]]:
    """Function → what it calls or names on the way to the door, for all that reach it."""
    files = [s for s in sources(*PACKAGES, root=root) if s.name.endswith(".py")]
    calls = {f"{s.module}.{f.name}": _calls(s, f) | _named(s, f) for s in files for f in s.functions()}
    found: dict[str, set[str]] = {}
    todo = {DOOR}
    while todo:
        target = todo.pop()
        for name in [name for name, called in calls.items() if target in called]:
            todo |= set() if name in found else {name}
            found.setdefault(name, set()).add(target)
    return found


def _named(source: Source, function: ast.AST) -> set[str]:
    """Also what is passed on without being called."""
    said = {dotted(node) for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return {DOOR for name in said if name.endswith(("vault.unseal", "._cipher"))} if source.module != "market.vault" else set()


def test_only_the_known_ways_lead_to_the_door() -> None:
    """A new caller of anything that decrypts must be looked at, and put here."""
    found = ways()
    beyond = found.keys() - WAYS.keys()
    assert {name: called for name, called in found.items() if name in WAYS} == WAYS
    assert all(found[name] <= ENTRANCES | beyond for name in beyond), {name: found[name] for name in beyond}


def test_the_opening_asks_the_clock_before_it_reads() -> None:
    """The first statement of ``unseal_all`` refuses before the time, and ``settle`` returns before it gets there."""
    [service] = [s for s in sources("market") if s.name == "market/quotes/service.py"]
    [function] = [f for f in service.functions() if f.name == "unseal_all"]
    first = function.body[1]
    assert isinstance(first, ast.If) and ast.unparse(first.test) == "now < projects.opens_at(project)"
    assert isinstance(first.body[0], ast.Raise)


def test_the_door_logs_before_it_opens() -> None:
    """The look is recorded by the statement before the decryption, in the one function that decrypts."""
    [read] = [s for s in sources("market") if s.name == "market/quotes/read.py"]
    [function] = [f for f in read.functions() if f.name == "unsealed"]
    look, opened = (ast.unparse(statement) for statement in function.body[1:3])
    assert look.startswith("unit().record_look(") and "vault.unseal(" in opened


def test_another_way_is_found(tmp_path: Path) -> None:
    """A function that decrypts behind everybody's back, directly or by handing the door on."""
    (tmp_path / "market").mkdir()
    text = "from market import vault\ndef peek(q):\n    return vault.unseal(q)\ndef later(q):\n    return map(vault.unseal, q)\n"
    (tmp_path / "market" / "peeking.py").write_text(text)
    assert set(ways(tmp_path)) == {"market.peeking.peek", "market.peeking.later"}
