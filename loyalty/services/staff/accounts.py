"""The accounts of staff, managers, panel, council and shop owners."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Resident, StaffAccount
from loyalty.rules.typed_text import clean_login_name
from loyalty.services.actors import Role
from loyalty.services.audit import note
from loyalty.services.changes import (
    AS_IT_WAS,
    AsItWas,
    change_members,
    collect_new_values,
    value_or,
)
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import OwnAccountError, ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.same_person import is_own_account
from loyalty.services.staff.alerts import AlertKind, tell_owner
from loyalty.services.staff.credentials import set_password
from loyalty.services.staff.sign_in import USERNAME
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """An account that is to be opened."""

    username: str
    """2 to 40 letters, digits, dots, hyphens or @; capitals make no difference."""
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
    active: bool | AsItWas = AS_IT_WAS
    roles: AbstractSet[Role] | AsItWas = AS_IT_WAS
    resident_id: UUID | AsItWas | None = AS_IT_WAS


def find_accounts(work: Work, *, limit: int, after: UUID | None) -> Page[StaffAccount]:
    """Return the community's accounts in the order of their names."""
    query = work.select(StaffAccount)
    return fetch_page(
        work.session, query, StaffAccount, limit=limit, after=after, by=StaffAccount.username
    )


def has_joined(account: StaffAccount) -> bool:
    """Return whether the owner of an account has come by a link, and it can be signed in to."""
    by_home = account.home_account_id is not None and account.left_at is None
    return account.password_hash is not None or by_home


def create_account(work: Work, request: CreateAccount) -> StaffAccount:
    """Open an account in the actor's community; its owner joins by a link.

    Raises:
        AlreadyExistsError: the community has an account of this name.
        ValueRefusedError: the name, the roles or the resident cannot be used.
    """
    account = _add_account(work.session, work.community_id, request, now=work.now)
    work.note("account.created", account, roles=account.roles)
    return account


def open_account(
    session: Session,
    community: Community,
    request: CreateAccount,
    *,
    password: str,
    now: datetime,
) -> StaffAccount:
    """Open an account for the operator, who has none, with the password its owner has typed.

    Raises:
        AlreadyExistsError: the community has an account of this name.
        ValueRefusedError: the name, the password or the roles cannot be used.
    """
    account = _add_account(session, community.id, request, now=now)
    set_password(session, account, password, now=now)
    note(
        session,
        None,
        "account.created",
        community_id=community.id,
        subject_id=account.id,
        now=now,
        roles=account.roles,
    )
    return account


def _add_account(
    session: Session, community_id: UUID, request: CreateAccount, *, now: datetime
) -> StaffAccount:
    username = clean_login_name(request.username)
    if not USERNAME.fullmatch(username):
        raise ValueRefusedError("/username", "Use 2 to 40 letters, digits, dots or hyphens.")
    _refuse_foreign_resident(session, community_id, request.resident_id)
    account = StaffAccount(
        community_id=community_id,
        username=username,
        display_name=request.display_name,
        roles=_serialize_roles(request.roles),
        resident_id=request.resident_id,
        created_at=now,
    )
    add_under_new_name(session, account, "An account with this name exists already.")
    return account


def change_account(work: Work, request: ChangeAccount) -> StaffAccount:
    """Close or reopen an account, change its roles, or say which resident it is.

    Its tokens follow at once.

    Raises:
        StaleRecordError: somebody else changed the account meanwhile.
        OwnAccountError: it says of an account of one's own that it is somebody else's.
        ValueRefusedError: the community would be left without a manager who can sign in, or has
            no such resident.
    """
    # Two managers may close each other's accounts at the same moment; one of them waits here.
    locked_community(work.session, work.community_id)
    account = work.find(StaffAccount, request.account_id, lock=Lock.CHANGE, version=request.version)
    resident_id = value_or(request.resident_id, account.resident_id)
    _refuse_foreign_resident(work.session, work.community_id, resident_id)
    _refuse_own_resident(work, account, resident_id)
    if request.roles is not AS_IT_WAS:
        _change_roles(work, account, request.roles)
    change_members(account, replace(request, roles=AS_IT_WAS))
    work.session.flush()
    pointer = "/active" if request.roles is AS_IT_WAS else "/roles"
    _refuse_no_manager(work.session, account, pointer)
    members = sorted(collect_new_values(request))
    work.note(
        "account.changed", account, active=account.active, roles=account.roles, members=members
    )
    return account


def _change_roles(work: Work, account: StaffAccount, roles: AbstractSet[Role]) -> None:
    before, account.roles = account.roles, _serialize_roles(roles)
    if account.roles != before:
        by = work.actor if account.id == work.actor.account_id else None
        tell_owner(work.session, account, AlertKind.ROLES_CHANGED, now=work.now, by=by)


def _serialize_roles(roles: AbstractSet[Role]) -> list[str]:
    if not roles:
        raise ValueRefusedError("/roles", "An account has at least one role.")
    return [role.value for role in Role if role in roles]


def _refuse_foreign_resident(
    session: Session, community_id: UUID, resident_id: UUID | None
) -> None:
    if resident_id is not None and session.get(Resident, (community_id, resident_id)) is None:
        raise ValueRefusedError("/resident_id", "The community has no such resident.")


def _refuse_own_resident(work: Work, account: StaffAccount, resident_id: UUID | None) -> None:
    """Let somebody else say that an account is not of the resident whose it was said to be.

    Where another person is asked for, its owner would be two with it.
    """
    if account.resident_id in {None, resident_id}:
        return
    if is_own_account(work, account.id):
        raise OwnAccountError("Somebody else changes which resident an account of one's own is.")


def _refuse_no_manager(session: Session, account: StaffAccount, pointer: str) -> None:
    managers = session.scalars(
        select(StaffAccount.id).where(
            StaffAccount.community_id == account.community_id,
            StaffAccount.active,
            StaffAccount.password_hash.is_not(None),  # Who has not joined cannot sign in.
            StaffAccount.roles.contains([Role.MANAGER.value]),
        )
    )
    if managers.first() is None:
        raise ValueRefusedError(pointer, "The community needs a manager who can sign in.")
