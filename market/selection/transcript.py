"""The transcript of a draw as JSON: everything that ``draw.verify`` needs, and in words what the draw proves and what not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from market.selection import draw

TRUST = {
    "zh": (
        "承诺值和随机数保护结果：只要有一家机构诚实、自己保管并公开了随机数，平台又没有暗中试算，谁也不能预先挑选结果。",
        "由平台保管随机数的机构（escrowed）不构成对平台的制约：平台知道它们的随机数。",
        "没有信标时，掌握平台密钥、又有 k 家机构可以最后才决定公开与否的串通者，能在至多 2^k 个结果里挑一个，"
        "每少公开一个随机数就有一家退出抽取并留下记录。下表是此时想要的那一家中选的概率上限。",
        "信标由平台和监管的工作人员录入：两个不同单位录入同一个值才算数，立即采用；到期没有两个单位一致的，不用信标（公告中预先写明）。"
        "一个单位自己编造的值不起作用。最后录入的人能在用信标和不用信标两个结果里挑一个；两个单位串通说谎就能操纵结果，"
        "但谁替哪个单位录入了什么都在记录里，与公布的值一比就会露出来。",
        "它不证明名单是完整的（报价回执和公开日志证明这一点），也不证明各家机构互相独立（统计指标查这一点）。",
    ),
    "en": (
        "Commitment and nonces protect the result: nobody can choose it beforehand if at least one bidder is honest, kept its own "
        "nonce and revealed it, and the platform did not try values out in secret.",
        "Bidders whose nonce was in the platform's keeping (escrowed) do not hold the platform in check: it knows their nonces.",
        "Without a beacon, a coalition that holds the platform's secret and k bidders who decide last whether to reveal may "
        "choose among at most 2^k outcomes; each nonce held back costs one recorded exclusion. The table is the upper bound "
        "of the probability that the bidder they want wins.",
        "Officials of the platform and of the regulators type the beacon in: a value counts, at once, when two different "
        "organisations say it; where no two agree by the end of the period the draw takes no beacon, as the notice said before. "
        "What one organisation makes up has no effect. Whoever speaks last may choose between two outcomes, with the beacon and "
        "without it; two organisations that lie together can steer the result, but who said what for which organisation is in the "
        "transcript, and the value as published shows the lie.",
        "It does not prove that the list is complete (receipts and the public log do), nor that the bidders are independent "
        "of each other (the indicators look at that).",
    ),
}


def bound_percent(bidders: int, withheld: int) -> int:
    """Upper bound of P(wanted winner) in whole percent, half up: one of 2^k outcomes, each hers with probability 1/m."""
    chance = 1 - (1 - Fraction(1, bidders)) ** (2**withheld)
    return int(100 * chance + Fraction(1, 2))


def trust() -> dict[str, Any]:
    """What the draw proves, in words, with the table of the coalition's bound. Source: integrity.md §6.2."""
    bound = [{"bidders": m, "percentByWithheld": [bound_percent(m, k) for k in range(4)]} for m in (3, 5, 10)]
    return {**{language: list(lines) for language, lines in TRUST.items()}, "coalitionBound": bound}


def moment(at: datetime) -> str:
    """A time as transcripts write it: UTC, microseconds; in order as text as in time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Entrant:
    """A bidder at closing. ``nonce``: hexadecimal, None when it kept its own and did not reveal it."""

    code: str
    nonce_hash: str
    escrowed: bool
    nonce: str | None = None


@dataclass(frozen=True)
class Beacon:
    """A public random value that nobody could know before closing, named in the notice. ``until``: when it must be typed in."""

    name: str
    at: datetime
    until: datetime


def notice(
    project: str, commitment: bytes, draws: int, published_at: datetime, reveal_s: int, beacon: Beacon | None
) -> dict[str, Any]:
    """What the notice says of the draw. ``draws``: how many codes the chain holds; ``reveal_s``: seconds to reveal after closing."""
    said: dict[str, Any] = {
        "project": project,
        "commitment": commitment.hex(),
        "draws": draws,
        "rule": draw.RULE,
        "publishedAt": moment(published_at),
        "revealSeconds": reveal_s,
        "beacon": {"id": beacon.name, "at": moment(beacon.at), "until": moment(beacon.until)} if beacon else None,
    }
    return said | {"hash": draw.notice_hash(said)}


@dataclass(frozen=True)
class Times:
    """``at``: when the list was closed, the grace after ``closes_at``; ``reveal_until``: when the last nonce may be shown."""

    closes_at: datetime
    at: datetime
    reveal_until: datetime


def closing(said: Mapping[str, Any], times: Times, salt: bytes, entrants: Iterable[Entrant]) -> dict[str, Any]:
    """Who is there at closing, with the hash that goes into the log before anything is revealed. ``salt``: 32 random bytes."""
    roster = [{"id": e.code, "hash": e.nonce_hash, "escrowed": e.escrowed} for e in sorted(entrants, key=lambda e: e.code)]
    moments = {"closesAt": moment(times.closes_at), "at": moment(times.at), "revealUntil": moment(times.reveal_until)}
    listed: dict[str, Any] = {**moments, "salt": salt.hex(), "count": len(roster), "roster": roster}
    return listed | {"hash": draw.closing_hash(said["hash"], listed)}


def voice(by: UUID, organisation: str, value: str, link: str, at: datetime) -> dict[str, str]:
    """What one official typed in for an organisation, by its code; ``at``: when it was received."""
    return {"by": by.hex.upper(), "organisation": organisation, "value": value, "link": link, "at": moment(at)}


def beacon_of(said: Mapping[str, Any], voices: Sequence[Mapping[str, str]]) -> dict[str, Any] | None:
    """The beacon that the draw takes, with everything that was typed in; None where the notice names none."""
    if not said["beacon"]:
        return None
    taken: dict[str, Any] = {"value": draw.counted(said["rule"], voices), "voices": [dict(each) for each in voices]}
    if said["rule"] == draw.FIRST:
        first, second = [each for each in voices if each["value"] == taken["value"]][:2]
        taken = {"value": first["value"], "link": first["link"], "recordedAt": first["at"], "confirmedAt": second["at"]}
    return taken | {"hash": draw.beacon_hash(said["project"], taken)}


def assemble(
    said: Mapping[str, Any],
    listed: Mapping[str, Any],
    entrants: Iterable[Entrant],
    beacon: Mapping[str, Any] | None,
    code: bytes,
    at: datetime,
) -> dict[str, Any]:
    """Draw, and write it all down. ``said``, ``listed``, ``beacon``: from ``notice``, ``closing``, ``beacon_of``."""
    nonces = {e.code: e.nonce for e in sorted(entrants, key=lambda e: e.code)}
    revealed = {code: nonce for code, nonce in nonces.items() if nonce is not None}
    taking_part = {code: bytes.fromhex(nonce) for code, nonce in revealed.items()}
    prk = draw.seed(code, said["project"], nonces, taking_part, beacon["value"] if beacon else "")
    return {
        "format": draw.FORMATS[said["rule"]],
        "trust": trust(),
        "notice": dict(said),
        "closing": dict(listed),
        "reveals": [{"id": bidder, "nonce": nonce} for bidder, nonce in revealed.items()],
        "excluded": sorted(nonces.keys() - revealed),
        "beacon": beacon and dict(beacon),
        "draw": {
            "at": moment(at),
            "number": 1,
            "code": code.hex(),
            "prk": prk.hex(),
            "order": list(draw.order(prk, taking_part)),
        },
    }
