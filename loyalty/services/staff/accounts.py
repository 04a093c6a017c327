"""The accounts of staff, managers, panel, council and shop owners."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Resident, StaffAccount
from loyalty.rules.typed_text import login_name
from loyalty.services.actors import Role, StaffMember
from loyalty.services.audit import note
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import StaleRecordError, UnknownRecordError, ValueRefusedError
from loyalty.services.paging import Page, page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.staff.passwords import SHORTEST_PASSWORD, hash_of
from loyalty.services.staff.second_factor import app_address, new_secret, seal_secret
from loyalty.services.staff.sign_in import USERNAME


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """An account that is to be opened."""

    community_id: UUID
    username: str
    """2 to 40 letters, digits, dots, hyphens or @; capitals make no difference."""
    password: str = field(repr=False)
    display_name: str
    roles: AbstractSet[Role]
    resident_id: UUID | None = None
    """Who this is among the residents, where the person is one."""


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """New values of some members."""

    account_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    values: Mapping[str, Any]
    """Some of ``active``, ``roles``, a set of `Role`, ``resident_id``, which None clears, and a new
    ``password``, which ends what is signed in."""


def find_accounts(
    session: Session, actor: StaffMember, *, limit: int, after: UUID | None
) -> Page[StaffAccount]:
    """Return the community's accounts in the order of their names."""
    query = select(StaffAccount).where(StaffAccount.community_id == actor.community_id)
    return page(session, query, StaffAccount, limit=limit, after=after, by=StaffAccount.username)


def account_of(
    session: Session, actor: StaffMember, account_id: UUID, *, lock: bool = False
) -> StaffAccount:
    """Return an account of the actor's community.

    Args:
        lock: keep others from changing it until the transaction ends.

    Raises:
        UnknownRecordError: the community has no such account.
    """
    query = select(StaffAccount).where(
        StaffAccount.id == account_id, StaffAccount.community_id == actor.community_id
    )
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    account = session.scalar(query)
    if account is None:
        raise UnknownRecordError("The community has no such account.")
    return account


def create_account(
    session: Session, actor: StaffMember | None, request: CreateAccount, *, now: datetime
) -> StaffAccount:
    """Open an account.

    Args:
        actor: None where the operator opens the first one.

    Raises:
        AlreadyExistsError: the name is taken, in this community or another.
        ValueRefusedError: the name, the password, the roles or the resident cannot be used.
    """
    username = login_name(request.username)
    if not USERNAME.fullmatch(username):
        raise ValueRefusedError("/username", "Use 2 to 40 letters, digits, dots or hyphens.")
    _refuse_foreign_resident(session, request.community_id, request.resident_id)
    account = StaffAccount(
        community_id=request.community_id,
        username=username,
        display_name=request.display_name,
        password_hash=_hashed(request.password),
        roles=_written(request.roles),
        resident_id=request.resident_id,
        created_at=now,
    )
    add_under_new_name(session, account, "An account with this name exists already.")
    _note(session, actor, "account.created", account, now=now, roles=account.roles)
    return account


def change_account(
    session: Session, actor: StaffMember, request: ChangeAccount, *, now: datetime
) -> StaffAccount:
    """Close or reopen an account, change its roles or password, or say which resident it is.

    Its tokens follow at once.

    Raises:
        StaleRecordError: somebody else changed the account meanwhile.
        ValueRefusedError: the community would be left without a manager, or has no such resident;
            the password is too short.
    """
    # Two managers may close each other's accounts at the same moment; one of them waits here.
    locked_community(session, actor.community_id)
    account = account_of(session, actor, request.account_id, lock=True)
    if account.version != request.version:
        raise StaleRecordError("The account has been changed meanwhile; read it again.")
    _refuse_foreign_resident(session, actor.community_id, request.values.get("resident_id"))
    values = dict(request.values)
    if "roles" in values:
        values["roles"] = _written(values["roles"])
    if "password" in values:
        _give_password(session, account, values.pop("password"), now=now)
    for name, value in values.items():
        setattr(account, name, value)
    session.flush()
    _refuse_no_manager(session, account, "/roles" if "roles" in request.values else "/active")
    _note(
        session,
        actor,
        "account.changed",
        account,
        now=now,
        active=account.active,
        roles=account.roles,
        members=sorted(request.values),
    )
    return account


def turn_on_second_factor(
    session: Session, actor: StaffMember, account_id: UUID, *, sealing_key: bytes, now: datetime
) -> str:
    """Give an account a new second factor, in place of the one on a lost phone, say.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`.

    Returns:
        The ``otpauth:`` address, which is shown once.
    """
    account = account_of(session, actor, account_id, lock=True)
    secret = new_secret()
    _set_second_factor(session, account, seal_secret(secret, account, sealing_key=sealing_key))
    _note(session, actor, "account.second_factor_on", account, now=now)
    return app_address(secret, username=account.username)


def turn_off_second_factor(
    session: Session, actor: StaffMember, account_id: UUID, *, now: datetime
) -> None:
    """Let an account sign in with its password alone."""
    account = account_of(session, actor, account_id, lock=True)
    _set_second_factor(session, account, None)
    _note(session, actor, "account.second_factor_off", account, now=now)


def _set_second_factor(session: Session, account: StaffAccount, sealed: bytes | None) -> None:
    session.execute(
        update(StaffAccount)
        .where(StaffAccount.id == account.id)
        .values(totp_secret=sealed, totp_step=None)
    )


def _give_password(
    session: Session, account: StaffAccount, password: str, *, now: datetime
) -> None:
    account.password_hash = _hashed(password)
    account.failed_sign_ins, account.locked_until = 0, None
    session.execute(
        update(AccessToken)
        .where(AccessToken.account_id == account.id, AccessToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise ValueRefusedError("/password", f"Use at least {SHORTEST_PASSWORD} characters.")
    return hash_of(password)


def _written(roles: AbstractSet[Role]) -> list[str]:
    if not roles:
        raise ValueRefusedError("/roles", "An account has at least one role.")
    return [role.value for role in Role if role in roles]


def _refuse_foreign_resident(
    session: Session, community_id: UUID, resident_id: UUID | None
) -> None:
    if resident_id is not None:
        resident = session.get(Resident, resident_id)
        if resident is None or resident.community_id != community_id:
            raise ValueRefusedError("/resident_id", "The community has no such resident.")


def _refuse_no_manager(session: Session, account: StaffAccount, pointer: str) -> None:
    managers = session.scalars(
        select(StaffAccount.id).where(
            StaffAccount.community_id == account.community_id,
            StaffAccount.active,
            StaffAccount.roles.contains([Role.MANAGER.value]),
        )
    )
    if managers.first() is None:
        raise ValueRefusedError(pointer, "The community needs at least one open manager.")


def _note(
    session: Session,
    actor: StaffMember | None,
    action: str,
    account: StaffAccount,
    *,
    now: datetime,
    **detail: Any,
) -> None:
    note(
        session,
        actor,
        action,
        community_id=account.community_id,
        subject_id=account.id,
        now=now,
        **detail,
    )
    session.flush()
