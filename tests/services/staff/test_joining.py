"""One person in several communities: joined by a link, with the account of another one."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, AccountAlert, AuditEvent, Community, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.errors import (
    AlreadyJoinedError,
    NotAllowedError,
    SignInError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.staff.accounts import ChangeAccount, change_account
from loyalty.services.staff.joining import join_from_elsewhere
from loyalty.services.staff.links import (
    LinkPurpose,
    list_purposes,
    make_link,
    open_link,
)
from loyalty.services.staff.sign_in import (
    SignIn,
    check_password,
)
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_staff,
    quick_hash,
)
from tests.given_workplaces import OLD, use

pytestmark = pytest.mark.usefixtures("clock")


def test_it_is_told_to_the_owner_and_in_the_trace_of_both(
    session: Session, own: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.action.like("account.joined%")).order_by(AuditEvent.id)
    ).all()
    alert = session.scalars(
        select(AccountAlert).where(AccountAlert.kind == "communities_changed")
    ).one()
    here = session.get_one(AccessToken, (home.community_id, own.actor.session_id))

    assert [(one.community_id, one.subject_id) for one in events] == [
        (home.community_id, home.id),
        (joined.community_id, joined.id),
    ]
    assert [one.detail["account"] for one in events] == [str(joined.id), str(home.id)]
    assert (alert.account_id, alert.device_hash) == (home.id, here.device_hash)


def test_the_link_works_once(
    session: Session, own: Work, manager: Work, invited: StaffAccount
) -> None:
    made = make_link(manager, invited.id, LinkPurpose.JOIN)
    join_from_elsewhere(own, made.token)

    with pytest.raises(UnknownRecordError):
        join_from_elsewhere(own, made.token)
    with pytest.raises(UnknownRecordError):
        use(session, made)


def test_whoever_manages_the_other_community_sets_nothing_of_it(
    manager: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    assert list_purposes(joined) == []
    for purpose in LinkPurpose:
        with pytest.raises(ValueRefusedError):
            make_link(manager, joined.id, purpose)
        with pytest.raises(UnknownRecordError):
            make_link(manager, home.id, purpose)
    with pytest.raises(UnknownRecordError):
        change_account(manager, ChangeAccount(home.id, home.version, active=False))


def test_a_link_that_was_open_when_she_joined_sets_no_password(
    session: Session, own: Work, manager: Work, invited: StaffAccount
) -> None:
    made = make_link(manager, invited.id, LinkPurpose.JOIN)
    kept = make_link(manager, invited.id, LinkPurpose.JOIN)
    with pytest.raises(UnknownRecordError):
        join_from_elsewhere(own, made.token)
    join_from_elsewhere(own, kept.token)

    for one in (made, kept):
        with pytest.raises(UnknownRecordError):
            use(session, one)
    assert invited.password_hash is None


def test_the_database_keeps_no_password_and_no_factor_of_an_account_that_another_opens(
    session: Session, joined: StaffAccount
) -> None:
    for values in ({"password_hash": "!"}, {"totp_secret": b"1"}):
        changed = update(StaffAccount).where(StaffAccount.id == joined.id).values(values)
        with pytest.raises(IntegrityError, match="home_opens_it_alone"), session.begin_nested():
            session.execute(changed)


def test_nobody_signs_in_with_the_account_there_itself(
    session: Session, other: Community, joined: StaffAccount
) -> None:
    shown = SignIn(joined.username, OLD, community=other.slug)

    with pytest.raises(SignInError):
        check_password(session, shown, sealing_key=SEALING_KEY, now=NOON)


def test_one_person_is_one_in_each_community(
    session: Session, own: Work, community: Community, manager: Work, joined: StaffAccount
) -> None:
    second = given_account(
        session, session.get_one(Community, joined.community_id), Role.PANEL, password_hash=None
    )
    own_manager = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    neighbour = given_account(session, community, Role.PANEL, password_hash=None)

    for at_work, account in ((manager, second), (own_manager, neighbour)):
        made = make_link(at_work, account.id, LinkPurpose.JOIN)
        with pytest.raises(AlreadyJoinedError):
            join_from_elsewhere(own, made.token)
        assert account.home_account_id is None


def test_a_link_for_something_else_joins_nobody(
    session: Session, own: Work, manager: Work, other: Community
) -> None:
    account = given_account(session, other, password_hash=quick_hash(OLD))
    made = make_link(manager, account.id, LinkPurpose.PASSWORD)

    assert not open_link(session, made.token, now=NOON).can_join_from_elsewhere
    with pytest.raises(UnknownRecordError):
        join_from_elsewhere(own, made.token)


def test_who_was_signed_out_meanwhile_joins_nothing(
    session: Session, own: Work, manager: Work, invited: StaffAccount
) -> None:
    made = make_link(manager, invited.id, LinkPurpose.JOIN)
    signed_in = session.get_one(AccessToken, (own.community_id, own.actor.session_id))
    signed_in.revoked_at = NOON
    session.flush()

    with pytest.raises(SignInError):
        join_from_elsewhere(own, made.token)


def test_a_printed_password_opens_no_real_community(
    own: Work, manager: Work, community: Community, other: Community, invited: StaffAccount
) -> None:
    community.demonstration = True
    made = make_link(manager, invited.id, LinkPurpose.JOIN)

    with pytest.raises(NotAllowedError):
        join_from_elsewhere(own, made.token)
    other.demonstration = True
    assert join_from_elsewhere(own, made.token) is invited
