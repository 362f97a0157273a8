"""What an applicant types, and the formal checks of it; and the pledge that it accepts."""

import re
import tomllib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from market.actors import Role
from market.parties import codes, roles
from market.parties.models import OrganisationKind
from market.text import Checker

MOST = 5
"""Qualifications of one application."""
KINDS = tuple(kind for kind in OrganisationKind if roles.fits(kind, Role.INTERMEDIARY))
"""Those that may be an intermediary."""
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,28}[0-9]")


@dataclass(frozen=True)
class Pledge:
    """``clauses``: each in Chinese and in English."""

    version: str
    clauses: tuple[tuple[str, str], ...]


@cache
def pledge() -> Pledge:
    """The one in force."""
    told = tomllib.loads(Path(__file__).with_name("pledge.toml").read_text(encoding="utf-8"))
    return Pledge(told["version"], tuple((clause["zh"], clause["en"]) for clause in told["clause"]))


@dataclass(frozen=True)
class Certificate:
    """First and last day of validity included; ``valid_to`` None: no end. ``level`` may be empty."""

    qualification: str
    certificate_no: str
    valid_from: date
    valid_to: date | None = None
    level: str = ""

    def checked(self, check: Checker, path: str, listed: Collection[str]) -> "Certificate":
        """As it is stored; problems are noted under ``path``. ``listed``: the names in the catalogue."""
        qualification = self.qualification.strip()
        if qualification not in listed:
            check.add(f"{path}qualification", "unknown_qualification")
        if self.valid_to and self.valid_to < self.valid_from:
            check.add(f"{path}validTo", "ends_before_start")
        number = check.text(f"{path}certificateNo", self.certificate_no, 60)
        level = check.text(f"{path}level", self.level, 40, required=False)
        return replace(self, qualification=qualification, certificate_no=number, level=level)


@dataclass(frozen=True)
class ApplyToJoin:
    """``pledge``: the version that the applicant read and, if ``pledged``, accepts. Contact data is shown in no error and no log."""

    name: str
    code: str
    kind: OrganisationKind
    contact_name: str = field(repr=False)
    contact_phone: str = field(repr=False)
    pledge: str
    pledged: bool
    qualifications: tuple[Certificate, ...] = ()
    idempotency_key: str | None = None

    def checked(self, listed: Collection[str]) -> "ApplyToJoin":
        """As it is stored. Raises InvalidInput with every problem."""
        check = Checker()
        name, code = check.published("name", self.name, 200), ""
        try:
            code = codes.credit_code(self.code)
        except codes.BadCode as bad:
            check.add("code", "not_a_code" if self.code else "required", reason=bad.reason)
        if self.kind not in KINDS:
            check.add("kind", "not_allowed_here")
        contact = check.text("contactName", self.contact_name, 60)
        phone = unicodedata.normalize("NFKC", self.contact_phone[:60]).strip()
        if not _PHONE.fullmatch(phone):
            check.add("contactPhone", "not_a_phone" if phone else "required")
        held = self._certificates(check, listed)
        self._check_pledge(check)
        check.done()
        return replace(self, name=name, code=code, contact_name=contact, contact_phone=phone, qualifications=held)

    def _certificates(self, check: Checker, listed: Collection[str]) -> tuple[Certificate, ...]:
        check.whole("qualifications", len(self.qualifications), 0, MOST)
        paths = [f"qualifications.{number}." for number in range(MOST)]
        held = tuple(one.checked(check, path, listed) for one, path in zip(self.qualifications, paths, strict=False))
        keys = [(one.qualification, one.certificate_no) for one in held]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                check.add(f"{paths[number]}certificateNo", "duplicate")
        return held

    def _check_pledge(self, check: Checker) -> None:
        if self.pledge != pledge().version:
            check.add("pledgeVersion", "pledge_changed")
        if not self.pledged:
            check.add("pledged", "pledge_missing")
