"""The accounts of staff, managers, panel, council and shop owners."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Community, Resident, StaffAccount
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
from loyalty.services.errors import ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.staff.passwords import SHORTEST_PASSWORD, hash_password
from loyalty.services.staff.second_factor import make_app_address, make_secret, seal_secret
from loyalty.services.staff.sign_in import USERNAME
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """An account that is to be opened."""

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
    active: bool | AsItWas = AS_IT_WAS
    roles: AbstractSet[Role] | AsItWas = AS_IT_WAS
    resident_id: UUID | AsItWas | None = AS_IT_WAS
    password: str | AsItWas = field(default=AS_IT_WAS, repr=False)
    """A new one ends what is signed in."""


def find_accounts(work: Work, *, limit: int, after: UUID | None) -> Page[StaffAccount]:
    """Return the community's accounts in the order of their names."""
    query = work.select(StaffAccount)
    return fetch_page(
        work.session, query, StaffAccount, limit=limit, after=after, by=StaffAccount.username
    )


def create_account(work: Work, request: CreateAccount) -> StaffAccount:
    """Open an account in the actor's community.

    Raises:
        AlreadyExistsError: the community has an account of this name.
        ValueRefusedError: the name, the password, the roles or the resident cannot be used.
    """
    account = _add_account(work.session, work.community_id, request, now=work.now)
    work.note("account.created", account, roles=account.roles)
    return account


def open_account(
    session: Session, community: Community, request: CreateAccount, *, now: datetime
) -> StaffAccount:
    """Open an account for the operator, who has none; refuses what `create_account` does."""
    account = _add_account(session, community.id, request, now=now)
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
        password_hash=_hash_password(request.password),
        roles=_serialize_roles(request.roles),
        resident_id=request.resident_id,
        created_at=now,
    )
    add_under_new_name(session, account, "An account with this name exists already.")
    return account


def change_account(work: Work, request: ChangeAccount) -> StaffAccount:
    """Close or reopen an account, change its roles or password, or say which resident it is.

    Its tokens follow at once.

    Raises:
        StaleRecordError: somebody else changed the account meanwhile.
        ValueRefusedError: the community would be left without a manager, or has no such resident;
            the password is too short.
    """
    # Two managers may close each other's accounts at the same moment; one of them waits here.
    locked_community(work.session, work.community_id)
    account = work.find(StaffAccount, request.account_id, lock=Lock.CHANGE, version=request.version)
    _refuse_foreign_resident(work.session, work.community_id, value_or(request.resident_id, None))
    if isinstance(request.password, str):
        _give_password(work.session, account, request.password, now=work.now)
    if request.roles is not AS_IT_WAS:
        account.roles = _serialize_roles(request.roles)
    change_members(account, replace(request, roles=AS_IT_WAS, password=AS_IT_WAS))
    work.session.flush()
    pointer = "/active" if request.roles is AS_IT_WAS else "/roles"
    _refuse_no_manager(work.session, account, pointer)
    members = sorted(collect_new_values(request))
    work.note(
        "account.changed", account, active=account.active, roles=account.roles, members=members
    )
    return account


def turn_on_second_factor(work: Work, account_id: UUID, *, sealing_key: bytes) -> str:
    """Give an account a new second factor, in place of the one on a lost phone, say.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`.

    Returns:
        The ``otpauth:`` address, which is shown once.
    """
    account = work.find(StaffAccount, account_id)
    secret = make_secret()
    _set_second_factor(work.session, account, seal_secret(secret, account, sealing_key=sealing_key))
    work.note("account.second_factor_on", account)
    return make_app_address(secret, username=account.username)


def turn_off_second_factor(work: Work, account_id: UUID) -> None:
    """Let an account sign in with its password alone."""
    account = work.find(StaffAccount, account_id)
    _set_second_factor(work.session, account, None)
    work.note("account.second_factor_off", account)


def _set_second_factor(session: Session, account: StaffAccount, sealed: bytes | None) -> None:
    session.execute(
        update(StaffAccount)
        .where(StaffAccount.community_id == account.community_id, StaffAccount.id == account.id)
        .values(totp_secret=sealed, totp_step=None)
    )


def _give_password(
    session: Session, account: StaffAccount, password: str, *, now: datetime
) -> None:
    account.password_hash = _hash_password(password)
    account.failed_sign_ins, account.locked_until = 0, None
    session.execute(
        update(AccessToken)
        .where(
            AccessToken.community_id == account.community_id,
            AccessToken.account_id == account.id,
            AccessToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _hash_password(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise ValueRefusedError("/password", f"Use at least {SHORTEST_PASSWORD} characters.")
    return hash_password(password)


def _serialize_roles(roles: AbstractSet[Role]) -> list[str]:
    if not roles:
        raise ValueRefusedError("/roles", "An account has at least one role.")
    return [role.value for role in Role if role in roles]


def _refuse_foreign_resident(
    session: Session, community_id: UUID, resident_id: UUID | None
) -> None:
    if resident_id is not None and session.get(Resident, (community_id, resident_id)) is None:
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
