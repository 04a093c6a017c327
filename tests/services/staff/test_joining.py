"""One person in several communities: joined by a link, with the account of another one."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, AccountAlert, AuditEvent, Community, StaffAccount
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    AlreadyJoinedError,
    NotAllowedError,
    SignInError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.staff.accounts import ChangeAccount, change_account, has_joined
from loyalty.services.staff.joining import join_from_elsewhere
from loyalty.services.staff.links import (
    LinkPurpose,
    MadeLink,
    UseLink,
    list_purposes,
    make_link,
    make_operators_link,
    open_link,
    use_link,
)
from loyalty.services.staff.sign_in import (
    SignIn,
    check_password,
    get_staff_member_by_token,
    to_staff_member,
)
from loyalty.services.staff.workplaces import leave_community, list_workplaces
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    code_of,
    given_account,
    given_community,
    given_staff,
    given_token,
    quick_hash,
)

OLD = "correct horse battery staple"
NEW = "three other words of mine"

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def other(session: Session) -> Community:
    """The community that is joined."""
    return given_community(session, name="东市")


@pytest.fixture
def home(session: Session, community: Community) -> StaffAccount:
    """The account that signs in."""
    return given_account(session, community, Role.STAFF, password_hash=quick_hash(OLD))


@pytest.fixture
def invited(session: Session, other: Community) -> StaffAccount:
    """Her account there, which a manager has opened."""
    return given_account(session, other, Role.MANAGER, password_hash=None, totp_secret=None)


@pytest.fixture
def manager(session: Session, other: Community) -> Work:
    """The manager of the community that is joined, at work."""
    return Work(session, given_staff(session, other, Role.MANAGER), NOON)


def own_work(session: Session, community: Community, account: StaffAccount) -> Work:
    """The owner of an account, signed in at the console, in a transaction of all communities."""
    token = given_token(session, community, account, device="here")
    owner = get_staff_member_by_token(session, token, now=NOON, at_console=True)
    return Work(session, owner, NOON)


@pytest.fixture
def own(session: Session, community: Community, home: StaffAccount) -> Work:
    """She herself."""
    return own_work(session, community, home)


@pytest.fixture
def joined(own: Work, manager: Work, invited: StaffAccount) -> StaffAccount:
    """Her account there, after she has come by the link."""
    return join_from_elsewhere(own, make_link(manager, invited.id, LinkPurpose.JOIN).token)


def places(own: Work) -> list[tuple[UUID, UUID]]:
    """Where somebody works, and as which account."""
    found = list_workplaces(own.session, own.actor)
    return [(one.community.id, one.member.account_id) for one in found]


def use(session: Session, made: MadeLink, password: str = NEW, totp: str | None = None) -> None:
    use_link(session, UseLink(made.token, password, totp), sealing_key=SEALING_KEY, now=NOON)


def test_one_sign_in_reaches_both_and_roles_are_of_each_community(
    own: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    here, there = list_workplaces(own.session, own.actor)

    assert (here.member, here.is_home) == (own.actor, True)
    assert there.member.account_id == joined.id
    assert (here.member.roles, there.member.roles) == (
        frozenset({Role.STAFF}),
        frozenset({Role.MANAGER}),
    )
    assert there.member.proven_at == own.actor.proven_at
    assert has_joined(joined)
    assert home.password_hash


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


def test_a_link_that_sets_the_own_account_anew_opens_no_other_any_more(
    session: Session, own: Work, community: Community, home: StaffAccount, joined: StaffAccount
) -> None:
    at_home = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    made = make_link(at_home, home.id, LinkPurpose.PASSWORD)
    assert open_link(session, made.token, now=NOON).leaves_others
    assert len(places(own)) == 2

    use(session, made, totp=code_of(home))

    assert places(own) == [(community.id, home.id)]
    assert joined.left_at == NOON
    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_id == joined.id)
    ).all()
    assert "account.left_from_elsewhere" in actions


def test_so_does_one_for_a_lost_telephone(
    session: Session, own: Work, community: Community, home: StaffAccount, joined: StaffAccount
) -> None:
    at_home = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    use(session, make_link(at_home, home.id, LinkPurpose.SECOND_FACTOR), OLD)

    assert joined.left_at == NOON
    assert len(places(own)) == 1


def test_a_link_that_was_refused_leaves_all_as_it_was(
    session: Session, own: Work, community: Community, home: StaffAccount, joined: StaffAccount
) -> None:
    at_home = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    made = make_link(at_home, home.id, LinkPurpose.PASSWORD)

    with pytest.raises(SignInError):
        use(session, made, totp="000000")

    assert joined.left_at is None
    assert len(places(own)) == 2


def test_who_leaves_one_community_stays_in_the_others(
    session: Session, own: Work, community: Community, home: StaffAccount, joined: StaffAccount
) -> None:
    third = given_community(session)
    there = given_account(session, third, Role.PANEL, password_hash=None)
    its_manager = Work(session, given_staff(session, third, Role.MANAGER), NOON)
    join_from_elsewhere(own, make_link(its_manager, there.id, LinkPurpose.JOIN).token)

    leave_community(own, joined.community_id)

    assert places(own) == [(community.id, home.id), (third.id, there.id)]
    assert (has_joined(joined), has_joined(there)) == (False, True)
    with pytest.raises(UnknownRecordError):
        leave_community(own, joined.community_id)


def test_who_has_left_comes_back_by_a_link_and_with_the_same_account_alone(
    session: Session, own: Work, community: Community, manager: Work, joined: StaffAccount
) -> None:
    leave_community(own, joined.community_id)
    stranger = own_work(
        session, community, given_account(session, community, password_hash=quick_hash(OLD))
    )
    made = make_link(manager, joined.id, LinkPurpose.JOIN)

    assert open_link(session, made.token, now=NOON).joined_from_elsewhere
    with pytest.raises(UnknownRecordError):
        use(session, made)
    with pytest.raises(AlreadyJoinedError):
        join_from_elsewhere(stranger, made.token)
    assert join_from_elsewhere(own, made.token) is joined
    assert len(places(own)) == 2


def test_whoever_closes_the_account_there_closes_nothing_else(
    own: Work, community: Community, manager: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    change_account(manager, ChangeAccount(joined.id, joined.version, active=False))

    assert places(own) == [(community.id, home.id)]


def test_another_account_with_the_same_owner_is_none_of_hers(
    session: Session, community: Community, joined: StaffAccount
) -> None:
    """An outsider of the same community: what she has joined is not theirs."""
    colleague = own_work(
        session, community, given_account(session, community, password_hash=quick_hash(OLD))
    )

    assert joined.home_account_id != colleague.actor.account_id
    assert len(places(colleague)) == 1
    with pytest.raises(UnknownRecordError):
        leave_community(colleague, joined.community_id)


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


@pytest.mark.parametrize("role", [Role.MANAGER, Role.PANEL])
def test_who_manages_there_needs_a_second_factor_of_the_own_account(
    session: Session, community: Community, manager: Work, invited: StaffAccount, role: Role
) -> None:
    invited.roles = [role.value]
    panellist = given_account(session, community, Role.PANEL, password_hash=quick_hash(OLD))
    own = own_work(session, community, panellist)
    join_from_elsewhere(own, make_link(manager, invited.id, LinkPurpose.JOIN).token)

    _, there = list_workplaces(session, own.actor)

    assert there.member.owes_second_factor is (role is Role.MANAGER)


def test_the_operator_makes_it_an_account_of_its_own(
    session: Session, own: Work, other: Community, joined: StaffAccount
) -> None:
    use(session, make_operators_link(session, other, joined, now=NOON))

    assert joined.password_hash
    assert joined.home_account_id is None
    assert len(places(own)) == 1


def test_who_works_there_is_known_by_the_account_there(
    own: Work, other: Community, joined: StaffAccount
) -> None:
    _, there = list_workplaces(own.session, own.actor)
    plain: StaffMember = to_staff_member(joined, timezone=other.timezone)

    assert replace(there.member, proven_at=None) == plain
