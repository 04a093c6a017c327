"""Who acts, as the services see it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What an account may do. A manager may do what staff may."""

    STAFF = "staff"
    MANAGER = "manager"
    PANEL = "panel"
    COUNCIL = "council"
    SHOP_OWNER = "shop_owner"
    STREET = "street"
    """Above communities: reads the closed figures of those that the operator names."""


NEED_SECOND_FACTOR = frozenset({Role.STAFF, Role.MANAGER})
"""Roles that confirm, issue, export, manage, or see whom it is about: a password is not enough."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A signed-in account: community staff, a manager, the panel, the council or a shop owner."""

    account_id: UUID
    community_id: UUID
    timezone: str
    """IANA zone of the community, on whose wall clock the account works."""
    roles: frozenset[Role]
    owes_second_factor: bool = False
    """Nothing is open to the account but to set up its second factor."""
    session_id: UUID | None = None
    """Where it is signed in; None at the command line, and where another account has signed in."""
    proven_at: datetime | None = None
    """When password or code were shown last, at the console; None elsewhere."""
    device: str | None = None
    """A `Browser` at the console; None elsewhere."""
    device_hash: bytes | None = field(default=None, repr=False)
    """What the browser is known by to the account that has signed in; None elsewhere."""


@dataclass(frozen=True, slots=True)
class Till:
    """A paired till that calls."""

    till_id: UUID
    shop_id: UUID
    community_id: UUID
    timezone: str


@dataclass(frozen=True, slots=True)
class SignedInResident:
    """A resident who has opened their own page. No account of the programme's side is one."""

    resident_id: UUID
    own_page_id: UUID
    session_id: UUID
    community_id: UUID
    timezone: str
    activating: bool
    """Came in with an activation code: a PIN is to be chosen before anything else."""

    @property
    def account_id(self) -> None:
        """Return the account of the programme's side, which a resident does not have."""
        return None


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme itself, where nobody asks it to: as it keeps house."""

    community_id: UUID
    timezone: str
