# budget: offered for download as one file that needs nothing else
"""The verifiable draw: nobody alone can choose who comes first, and anybody can compute the order again.

C = SHA-256ⁿ(secret) stands in the notice; c = SHA-256ⁿ⁻¹(secret) is shown at the draw. PRK = HMAC-SHA256(c, H(project,
roster, sorted (id, rᵢ), beacon)); the place of an id is HMAC(PRK, id‖01), the lowest comes first. H puts each field's length
before it, in 8 bytes. Pure and exact: ids are codes in capitals. Source: integrity.md §6.2, after draft-thomson-elegy-vrs.

This file stands alone: it is offered for download as it is, so that ``python draw.py TRANSCRIPT.json`` checks a draw anywhere.
"""

import hashlib
import hmac
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

Place = Callable[[str], bytes]
"""Where the draw puts an id: the lowest comes first. What methods take to break ties: ``partial(place, prk)``."""

CODE, ROSTER, NONCE, NONCES, SEED = (f"zhoushan-market draw {name} v1" for name in ("code", "roster", "nonce", "nonces", "seed"))


def hashed(domain: str, *fields: str | bytes) -> bytes:
    """SHA-256 over the domain and the fields, each with its length before it: no two lists of fields give one text."""
    parts = [field.encode() if isinstance(field, str) else field for field in (domain, *fields)]
    return hashlib.sha256(b"".join([len(part).to_bytes(8, "big") + part for part in parts])).digest()


def chained(start: bytes, times: int) -> bytes:
    """The hash of the hash of … ``start``, so many times."""
    for _ in range(times):
        start = hashed(CODE, start)
    return start


def commitment(secret: bytes, n: int) -> bytes:
    """What the notice publishes before anybody quotes. Raises ValueError when n < 1."""
    if n < 1:
        raise ValueError("a commitment takes at least one hash")
    return chained(secret, n)


def code(secret: bytes, n: int, number: int = 1) -> bytes:
    """What is shown at the draw; later draws of one notice go further back in the chain. Raises ValueError beyond its end."""
    if not 1 <= number <= n:
        raise ValueError(f"a chain of {n} has no code number {number}")
    return chained(secret, n - number)


def nonce_hash(project: str, bidder: str, nonce: bytes) -> bytes:
    """hᵢ: what a bidder sends with its quote, before it shows the nonce."""
    return hashed(NONCE, project, bidder, nonce)


def seed(shown: bytes, project: str, roster: Iterable[str], nonces: Mapping[str, bytes], beacon: str = "") -> bytes:
    """PRK. ``roster``: everybody at closing, in any order; ``nonces``: of those who take part; ``beacon``: "" where there is none."""
    pairs = [field for bidder in sorted(nonces) for field in (bidder, nonces[bidder])]
    inputs = hashed(SEED, project, hashed(ROSTER, *sorted(roster)), hashed(NONCES, *pairs), beacon)
    return hmac.digest(shown, inputs, "sha256")


def place(prk: bytes, entry: str) -> bytes:
    """Where the draw puts the id."""
    return hmac.digest(prk, entry.encode() + b"\x01", "sha256")


def order(prk: bytes, ids: Iterable[str]) -> tuple[str, ...]:
    """All of them, first place first: whoever drops out is followed by the next. Raises ValueError when one is there twice."""
    entered = list(ids)
    if len(set(entered)) < len(entered):
        raise ValueError("nobody enters a draw twice")
    return tuple(sorted(entered, key=lambda entry: place(prk, entry)))


def weighted(prk: bytes, tickets: Mapping[str, int]) -> tuple[str, ...]:
    """As ``order``, but each id holds so many tickets ``id#2`` … (the first bears the id itself), and its best one counts.

    Raises ValueError when an id holds none.
    """
    if any(number < 1 for number in tickets.values()):
        raise ValueError("everybody in a draw holds at least one ticket")
    best = {entry: min(place(prk, ticket) for ticket in _tickets(entry, number)) for entry, number in tickets.items()}
    return tuple(sorted(best, key=lambda entry: best[entry]))


def _tickets(entry: str, number: int) -> list[str]:
    return [entry, *(f"{entry}#{k}" for k in range(2, number + 1))]


FIRST, RULE = "draw/1", "draw/2"
"""What a notice names: all of this file. By the first rule a beacon waited for two officials. By the second what officials of two
organisations say counts at once; where no two agree until ``until``, commitment and nonces decide alone."""
FORMATS = {FIRST: "zhoushan-market draw transcript/1", RULE: "zhoushan-market draw transcript/2"}
_NOTICE, _CLOSING, _BEACON, _VOICES = (f"zhoushan-market draw {name} v1" for name in ("notice", "closing", "beacon", "voices"))
_ID = re.compile(r"[0-9A-Z]{1,40}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
MOST_DRAWS = 10_000
"""A longer chain of codes is none of ours: a reader's machine shall not hash for ever."""

WORDS = {
    "unreadable": {
        "zh": "这不是完整的抽取记录，读不出来：{what}。",
        "en": "This is no complete transcript of a draw; it cannot be read: {what}.",
    },
    "notice_changed": {
        "zh": "公告被改过：项目、承诺值、规则、公示期限或信标与公告散列值不符。",
        "en": "The notice was changed: project, commitment, rule, times or beacon do not fit the notice's hash.",
    },
    "code_not_committed": {
        "zh": "平台出示的码不是公告里承诺的那一个：码或承诺值被换过。",
        "en": "The platform's code is not the one that the notice committed to: code or commitment was exchanged.",
    },
    "bidder_added": {
        "zh": "名单里多了人：截止时记下 {counted} 家，现在列出 {listed} 家。",
        "en": "A bidder was added: {counted} were counted at closing, {listed} are listed.",
    },
    "bidder_removed": {
        "zh": "名单里少了人：截止时记下 {counted} 家，现在列出 {listed} 家。",
        "en": "A bidder was removed: {counted} were counted at closing, {listed} are listed.",
    },
    "closing_changed": {
        "zh": "截止时的名单被改过：机构、随机数散列值或时间与截止散列值不符。",
        "en": "The closing list was changed: bidders, nonce hashes or times do not fit the closing hash.",
    },
    "twice": {"zh": "{id} 出现了两次。", "en": "{id} is there twice."},
    "not_in_roster": {"zh": "{id} 不在截止时的名单里，却参加了抽取。", "en": "{id} takes part but is not in the closing list."},
    "unaccounted": {
        "zh": "{id} 在截止时的名单里，却既没有公开随机数，也没有列为退出。",
        "en": "{id} is in the closing list, but neither revealed its nonce nor is listed as out.",
    },
    "escrow_withheld": {
        "zh": "{id} 的随机数由平台保管，平台却没有公开。",
        "en": "{id}'s nonce was in the platform's keeping, and the platform did not reveal it.",
    },
    "nonce_changed": {
        "zh": "{id} 的随机数与报价时的散列值不符：随机数被换过。",
        "en": "{id}'s nonce does not fit the hash sent with its quote: the nonce was changed.",
    },
    "beacon_missing": {"zh": "公告指定了信标，记录里却没有。", "en": "The notice names a beacon, the transcript has none."},
    "beacon_unannounced": {"zh": "公告没有指定信标，记录里却有。", "en": "There is a beacon that the notice does not name."},
    "beacon_early": {
        "zh": "信标的时间早于公开随机数的期限：还能决定公开与否时就可能已经知道它。",
        "en": "The beacon's time is before the end of the reveals: it may have been known while one could still choose.",
    },
    "beacon_changed": {
        "zh": "信标被改过：与工作人员录入的不符。",
        "en": "The beacon was changed: it is not what officials typed in.",
    },
    "beacon_voices": {
        "zh": "信标的录入不合公告：须由不同的人，各写明替哪个单位，在公布之后、公告写明的期限之前录入。",
        "en": "The beacon was not typed in as the notice says: by different people, each for an organisation, after it was published, "
        "before the period's end.",
    },
    "beacon_miscounted": {
        "zh": "采用的信标不是按公告应当采用的：两个单位一致的值，没有一致的就不用。",
        "en": "The beacon taken is not what the notice takes: the value that two organisations agree on, or none.",
    },
    "beacon_not_waited": {
        "zh": "信标还没有两个单位一致，期限也没有到，就抽取了。",
        "en": "It was drawn before two organisations agreed on the beacon and before the period for it was over.",
    },
    "times_disordered": {
        "zh": "时间顺序不对：应当先公告，再截止，再抽取。",
        "en": "The times are out of order: first the notice, then the closing, then the draw.",
    },
    "seed_differs": {"zh": "种子不是由这些输入算出来的。", "en": "The seed does not follow from these inputs."},
    "order_differs": {
        "zh": "次序不是由种子算出来的：第 {place} 位应为 {computed}，记录写的是 {listed}。",
        "en": "The order does not follow from the seed: place {place} should be {computed}, the transcript has {listed}.",
    },
}
"""What ``verify`` may find, as people read it."""


class Problem(NamedTuple):
    """Something that is not as it should be: a code of WORDS and its facts."""

    code: str
    facts: dict[str, str] = {}  # noqa: RUF012 - never changed

    def words(self, language: str) -> str:
        """In "zh" or "en"."""
        return WORDS[self.code][language].format(**self.facts)


def notice_hash(notice: Mapping[str, Any]) -> str:
    """Binds what the notice says of the draw; logged at publication."""
    beacon = notice["beacon"] or {"id": "", "at": "", "until": ""}
    until = () if notice["rule"] == FIRST else (beacon["until"],)
    texts = (notice["project"], notice["commitment"], notice["rule"], notice["publishedAt"], beacon["id"], beacon["at"])
    return hashed(_NOTICE, *texts, *until, str(notice["draws"]), str(notice["revealSeconds"])).hex()


def closing_hash(notice: str, closing: Mapping[str, Any]) -> str:
    """Binds who took part and each nonce's hash to the notice's hash; logged at closing, before anything is revealed.

    With its salt it tells nothing till then, not even that nobody came.
    """
    roster = sorted(closing["roster"], key=lambda bidder: str(bidder["id"]))
    fields = [field for b in roster for field in (b["id"], b["hash"], "escrowed" if b["escrowed"] else "own")]
    times = (closing["closesAt"], closing["at"], closing["revealUntil"])
    return hashed(_CLOSING, notice, closing["salt"], *times, str(closing["count"]), *fields).hex()


def beacon_hash(project: str, beacon: Mapping[str, Any]) -> str:
    """Binds the value that counts to what officials typed in. By the first rule: the value that two confirmed."""
    if "voices" not in beacon:
        return hashed(_BEACON, project, beacon["value"], beacon["link"], beacon["recordedAt"], beacon["confirmedAt"]).hex()
    said = [field for voice in beacon["voices"] for field in _said(voice)]
    return hashed(_VOICES, project, beacon["value"], *said).hex()


def _said(voice: Mapping[str, Any]) -> tuple[Any, ...]:
    return voice["by"], voice["organisation"], voice["value"], voice["link"], voice["at"]


def agreed(rule: str, voices: Iterable[Mapping[str, Any]]) -> list[str]:
    """The values that two say: officials of two organisations, by the first rule any two. One or none, unless somebody tampered."""
    apart = "by" if rule == FIRST else "organisation"
    said = {(voice["value"], voice[apart]) for voice in voices}
    return [value for value, times in Counter(value for value, _ in said).items() if times > 1]


def counted(rule: str, voices: Iterable[Mapping[str, Any]]) -> str:
    """The beacon's value that the draw takes: what two agree on; "" where nobody does: one alone could have made it up."""
    values = agreed(rule, voices)
    return values[0] if len(values) == 1 else ""


def verify(transcript: Any) -> list[Problem]:
    """Everything that is wrong with a transcript; empty when the draw was as it says. Never raises, whatever it is given."""
    try:
        notice, closing, drawn = (transcript[part] for part in ("notice", "closing", "draw"))
        _readable(transcript)
        return [
            *_notice_problems(notice, drawn),
            *_roster_problems(notice, closing),
            *_reveal_problems(transcript),
            *_beacon_problems(notice, closing, transcript["beacon"]),
            *_voice_problems(notice["beacon"], transcript["beacon"], drawn),
            *_order_problems(transcript),
        ]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        return [Problem("unreadable", {"what": str(error)[:80]})]


def _readable(transcript: Any) -> None:
    """Raises ValueError or TypeError for what another reader could take for something else."""
    rule, beacon = transcript["notice"]["rule"], transcript["beacon"]
    if transcript["format"] != FORMATS[rule] or (beacon and ("voices" in beacon) != (rule == RULE)):
        raise ValueError("format")
    for shape, texts in ((_ID, sorted(_ids(transcript))), (_MOMENT, _moments(transcript))):
        wrong = [text for text in texts if not shape.fullmatch(text)]
        if wrong:
            raise ValueError(", ".join(wrong))
    _typed(transcript["notice"], transcript["closing"], transcript["draw"])


def _typed(notice: Mapping[str, Any], closing: Mapping[str, Any], drawn: Mapping[str, Any]) -> None:
    numbers = [notice["draws"], notice["revealSeconds"], closing["count"], drawn["number"]]
    if {type(n) for n in numbers} != {int} or {type(b["escrowed"]) for b in closing["roster"]} - {bool}:
        raise ValueError("number")


def _ids(transcript: Any) -> set[str]:
    named = {bidder["id"] for bidder in (*transcript["closing"]["roster"], *transcript["reveals"])}
    return {
        *named,
        *transcript["excluded"],
        *transcript["draw"]["order"],
        *(voice[name] for voice in _voices(transcript["beacon"]) for name in ("by", "organisation")),
    }


def _voices(beacon: Any) -> list[Any]:
    return list(beacon["voices"]) if beacon and "voices" in beacon else []


def _moments(transcript: Any) -> list[str]:
    notice, closing = transcript["notice"], transcript["closing"]
    names = ("at",) if notice["rule"] == FIRST else ("at", "until")
    moments = [notice["beacon"][name] for name in names] if notice["beacon"] else []
    moments += [notice["publishedAt"], closing["closesAt"], closing["at"], closing["revealUntil"], transcript["draw"]["at"]]
    return [*moments, *(voice["at"] for voice in _voices(transcript["beacon"]))]


def _unhex(text: str) -> bytes:
    data = bytes.fromhex(text)
    if not data or data.hex() != text:  # fromhex would also take capitals and blanks
        raise ValueError(text)
    return data


def _notice_problems(notice: Mapping[str, Any], drawn: Mapping[str, Any]) -> Iterator[Problem]:
    if notice_hash(notice) != notice["hash"]:
        yield Problem("notice_changed")
    possible = 1 <= drawn["number"] <= min(notice["draws"], MOST_DRAWS)
    if not possible or chained(_unhex(drawn["code"]), drawn["number"]).hex() != notice["commitment"]:
        yield Problem("code_not_committed")


def _roster_problems(notice: Mapping[str, Any], closing: Mapping[str, Any]) -> Iterator[Problem]:
    listed, counted = len(closing["roster"]), closing["count"]
    if listed != counted:
        facts = {"listed": str(listed), "counted": str(counted)}
        yield Problem("bidder_added" if listed > counted else "bidder_removed", facts)
    if closing_hash(notice["hash"], closing) != closing["hash"]:
        yield Problem("closing_changed")


def _reveal_problems(transcript: Any) -> Iterator[Problem]:
    roster, out = transcript["closing"]["roster"], transcript["excluded"]
    known, named = [b["id"] for b in roster], [*(r["id"] for r in transcript["reveals"]), *out]
    yield from _about("twice", [*_repeated(known), *_repeated(named)])
    yield from _about("not_in_roster", {*named} - {*known})
    yield from _about("unaccounted", {*known} - {*named})
    yield from _about("escrow_withheld", [b["id"] for b in roster if b["escrowed"] and b["id"] in out])
    yield from _nonce_problems(transcript["notice"]["project"], {b["id"]: b["hash"] for b in roster}, transcript["reveals"])


def _about(code: str, entries: Iterable[str]) -> list[Problem]:
    return [Problem(code, {"id": entry}) for entry in sorted(entries)]


def _repeated(entries: Iterable[str]) -> list[str]:
    return [entry for entry, times in Counter(entries).items() if times > 1]


def _nonce_problems(project: str, hashes: Mapping[str, str], reveals: Iterable[Mapping[str, str]]) -> Iterator[Problem]:
    for entry, nonce in ((r["id"], _unhex(r["nonce"])) for r in reveals if r["id"] in hashes):
        if nonce_hash(project, entry, nonce).hex() != hashes[entry]:
            yield Problem("nonce_changed", {"id": entry})


def _beacon_problems(notice: Mapping[str, Any], closing: Mapping[str, Any], beacon: Any) -> Iterator[Problem]:
    announced = notice["beacon"]
    if bool(announced) != bool(beacon):
        yield Problem("beacon_missing" if announced else "beacon_unannounced")
    if announced and announced["at"] < _last_choice(closing):
        yield Problem("beacon_early")
    if beacon and beacon_hash(notice["project"], beacon) != beacon["hash"]:
        yield Problem("beacon_changed")


def _voice_problems(announced: Any, beacon: Any, drawn: Mapping[str, Any]) -> list[Problem]:
    if not announced or not beacon or "voices" not in beacon:
        return []
    voices = beacon["voices"]
    found = {
        "beacon_voices": not _heard(announced, voices),
        "beacon_miscounted": beacon["value"] != counted(RULE, voices),
        "beacon_not_waited": not agreed(RULE, voices) and drawn["at"] < announced["until"],
    }
    return [Problem(code) for code, wrong in found.items() if wrong]


def _heard(announced: Mapping[str, Any], voices: Sequence[Mapping[str, Any]]) -> bool:
    in_time = all(announced["at"] <= voice["at"] < announced["until"] for voice in voices)
    return in_time and len({voice["by"] for voice in voices}) == len(voices)


def _last_choice(closing: Mapping[str, Any]) -> str:
    """Until when somebody could still choose: whether to quote, or whether to show a nonce of its own."""
    choosing = any(not bidder["escrowed"] for bidder in closing["roster"])
    return str(closing["revealUntil" if choosing else "closesAt"])


def _order_problems(transcript: Any) -> Iterator[Problem]:
    notice, closing, drawn = transcript["notice"], transcript["closing"], transcript["draw"]
    times = [notice["publishedAt"], closing["closesAt"], closing["at"], min(closing["revealUntil"], drawn["at"])]
    if times != sorted(times):
        yield Problem("times_disordered")
    nonces = {r["id"]: _unhex(r["nonce"]) for r in transcript["reveals"]}
    value = transcript["beacon"]["value"] if transcript["beacon"] else ""
    prk = seed(_unhex(drawn["code"]), notice["project"], [b["id"] for b in closing["roster"]], nonces, value)
    if prk.hex() != drawn["prk"]:
        yield Problem("seed_differs")
    computed = order(prk, nonces)
    for number, (right, listed) in enumerate(zip_longest(computed, drawn["order"], fillvalue="—"), 1):
        if right != listed:
            yield Problem("order_differs", {"place": str(number), "computed": right, "listed": listed})
            return


def main(arguments: list[str]) -> int:
    """``python draw.py FILE``: 0 when the draw is as it says, 1 when it is not, 2 when there is no such file."""
    try:
        text = Path(arguments[0]).read_text(encoding="utf-8")
    except (OSError, ValueError, IndexError):
        sys.stderr.write("用法 · usage: python draw.py TRANSCRIPT.json\n")
        return 2
    try:
        transcript = json.loads(text)
    except (ValueError, RecursionError):
        transcript = None
    problems = verify(transcript)
    for problem in problems:
        sys.stdout.write(f"✗ {problem.words('zh')}\n  {problem.words('en')}\n")
    if not problems:
        sys.stdout.write(f"✓ 抽取属实，次序 · The draw is as it says, the order: {' '.join(transcript['draw']['order'])}\n")
        for part in ("notice", "closing"):
            sys.stdout.write(f"  请与公开日志比对 · compare with the public log: {part} {transcript[part]['hash']}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
