"""Who asks: built by ``web`` from the session, never read from a request inside the domain."""

import time
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a membership lets an account be, for one organisation. See README, glossary."""

    APPLICANT = "applicant"
    AGENCY = "agency"
    INTERMEDIARY = "intermediary"
    REGULATOR = "regulator"
    OPERATOR = "operator"
    HELPER = "helper"


@dataclass(frozen=True)
class Actor:
    """An account acting for one organisation, a helper also on behalf of an applicant.

    ``received_s``: ``time.monotonic()`` when the request's last byte arrived; the deadline is judged by it.
    ``address``: the client's address, for throttling only.
    """

    account_id: UUID | None = None
    organisation_id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    is_admin: bool = False
    on_behalf_of_id: UUID | None = None
    session_id: UUID | None = None
    address: str = ""
    received_s: float = field(default_factory=time.monotonic, compare=False)

    @property
    def is_anonymous(self) -> bool:
        """Nobody has signed in."""
        return self.account_id is None

    @property
    def party_id(self) -> UUID | None:
        """Whose rights are used: the principal's when a helper acts on behalf, else the own organisation's."""
        return self.on_behalf_of_id or self.organisation_id


ANONYMOUS = Actor()
SYSTEM = Actor(account_id=UUID(int=0))
"""The marketplace itself: opens quotes, ends periods."""
