"""What a street or a city reads of its communities: closed months as they are published, alone.

The operator says which communities an account reads. Each is then read in a transaction of its
own, limited to it, and nothing but the text that everybody may check.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import ClosedMonth, Community, Oversight, StaffAccount
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.audit import note
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.ledger.benefit import Sums


@dataclass(frozen=True, slots=True)
class OverseenMonth:
    """A closed month of one community, as it is published."""

    month: Month
    sums: Sums | None
    """None where they are about too few people."""
    head: str


def grant_oversight(
    session: Session, community: Community, username: str, *, now: datetime
) -> None:
    """Let an account of a street read the closed figures of a community.

    Raises:
        UnknownRecordError: there is no open account of that name.
        ValueRefusedError: it is no street's.
    """
    account = next((one for one in _find_accounts(session, username) if one.active), None)
    if account is None:
        raise UnknownRecordError(f"There is no open account {username}.")
    if Role.STREET.value not in account.roles:
        raise ValueRefusedError("/username", f"{username} does not have the role street.")
    row = {"community_id": community.id, "account_id": account.id, "granted_at": now}
    session.execute(insert(Oversight).values(row).on_conflict_do_nothing())
    _note(session, community, "oversight.granted", account.id, now)


def revoke_oversight(
    session: Session, community: Community, username: str, *, now: datetime
) -> None:
    """Let an account no longer read the figures of a community, whether it is open or not.

    Raises:
        UnknownRecordError: there is no account of that name.
    """
    account_ids = [account.id for account in _find_accounts(session, username)]
    if not account_ids:
        raise UnknownRecordError(f"There is no account {username}.")
    revoked = session.scalars(
        delete(Oversight)
        .where(Oversight.community_id == community.id, Oversight.account_id.in_(account_ids))
        .returning(Oversight.account_id)
    ).all()
    for account_id in revoked:
        _note(session, community, "oversight.revoked", account_id, now)


def list_overseen(session: Session, account_id: UUID) -> Sequence[Community]:
    """Return the communities whose closed figures an account reads, by name.

    Args:
        session: of no one community, for an account may read several.
    """
    return session.scalars(
        select(Community)
        .join(Oversight, Oversight.community_id == Community.id)
        .where(Oversight.account_id == account_id)
        .order_by(Community.name, Community.id)
    ).all()


def list_overseen_months(session: Session, community: Community) -> list[OverseenMonth]:
    """Return the closed months of a community as they are published, the latest first.

    Args:
        session: limited to the community.
    """
    rows = session.execute(
        select(ClosedMonth.month, ClosedMonth.text, ClosedMonth.head)
        .where(ClosedMonth.community_id == community.id)
        .order_by(ClosedMonth.month.desc())
    )
    return [OverseenMonth(Month.of(first), _read(text), head) for first, text, head in rows]


def _read(text: str) -> Sums | None:
    totals = json.loads(text).get("totals")
    return None if totals is None else Sums(**totals)


def _find_accounts(session: Session, username: str) -> Sequence[StaffAccount]:
    """Return the accounts of a name, of whatever communities."""
    return session.scalars(select(StaffAccount).where(StaffAccount.username == username)).all()


def _note(
    session: Session, community: Community, action: str, account_id: UUID, now: datetime
) -> None:
    session.flush()
    note(session, None, action, community_id=community.id, subject_id=account_id, now=now)
    session.flush()
