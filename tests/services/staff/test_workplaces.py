"""Where somebody works who has joined other communities, and what ends it."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, StaffAccount
from loyalty.rules.browser import Browser
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    AlreadyJoinedError,
    SignInError,
    UnknownRecordError,
)
from loyalty.services.staff.accounts import ChangeAccount, change_account, has_joined
from loyalty.services.staff.alerts import answer_alerts, list_alerts, list_unanswered
from loyalty.services.staff.joining import join_from_elsewhere
from loyalty.services.staff.links import (
    LinkPurpose,
    make_link,
    make_operators_link,
    open_link,
)
from loyalty.services.staff.sessions import Device
from loyalty.services.staff.sign_in import (
    SignIn,
    get_staff_member_by_token,
    sign_in,
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
from tests.given_workplaces import OLD, own_work, places, use

pytestmark = pytest.mark.usefixtures("clock")


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


def test_who_is_closed_at_home_signs_in_for_the_others_and_to_the_others_alone(
    session: Session, home: StaffAccount, joined: StaffAccount
) -> None:
    home.active = False
    session.commit()
    shown = SignIn(home.username, OLD, code_of(home))

    with pytest.raises(SignInError):
        sign_in(session, shown, sealing_key=SEALING_KEY, now=NOON)
    at_console = replace(shown, device=Device("here", Browser.COMPUTER))
    token = sign_in(session, at_console, sealing_key=SEALING_KEY, now=NOON).token

    owner = get_staff_member_by_token(session, token, now=NOON, at_console=True)
    (there,) = list_workplaces(session, owner)
    assert (there.member.account_id, there.is_home) == (joined.id, False)
    leave_community(Work(session, owner, NOON), joined.community_id)
    with pytest.raises(SignInError):
        get_staff_member_by_token(session, token, now=NOON, at_console=True)
    with pytest.raises(SignInError):
        sign_in(
            session,
            replace(at_console, totp=code_of(home)),
            sealing_key=SEALING_KEY,
            now=NOON,
        )


def test_who_is_closed_there_as_well_signs_in_nowhere(
    session: Session, home: StaffAccount, joined: StaffAccount
) -> None:
    home.active = joined.active = False
    session.commit()
    shown = SignIn(home.username, OLD, code_of(home), device=Device("here", Browser.COMPUTER))

    with pytest.raises(SignInError):
        sign_in(session, shown, sealing_key=SEALING_KEY, now=NOON)


def test_what_she_has_joined_is_not_her_colleagues(
    session: Session, community: Community, joined: StaffAccount
) -> None:
    colleague = own_work(
        session, community, given_account(session, community, password_hash=quick_hash(OLD))
    )

    assert joined.home_account_id != colleague.actor.account_id
    assert len(places(colleague)) == 1
    with pytest.raises(UnknownRecordError):
        leave_community(colleague, joined.community_id)


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


def test_the_operator_makes_it_an_account_of_its_own_once_the_link_is_used(
    session: Session, own: Work, other: Community, home: StaffAccount, joined: StaffAccount
) -> None:
    made = make_operators_link(session, other, joined, now=NOON)
    assert len(places(own)) == 2
    assert open_link(session, made.token, now=NOON).chooses_password

    use(session, made)

    assert joined.password_hash
    assert joined.home_account_id is None
    assert len(places(own)) == 1
    assert traces(session, "account.left%") == [
        ("account.left_elsewhere", home.id, None, "link"),
        ("account.left_from_elsewhere", joined.id, None, "link"),
    ]
    told = [one for one in list_alerts(own) if one.kind == "communities_changed"]
    assert len(told) == 2
    assert [one.device_hash is None for one in told].count(True) == 1


def test_the_operator_lets_in_who_has_left_as_well(
    session: Session, own: Work, other: Community, joined: StaffAccount
) -> None:
    leave_community(own, other.id)

    use(session, make_operators_link(session, other, joined, now=NOON))

    assert (joined.home_account_id, joined.left_at) == (None, None)
    assert joined.password_hash


def test_who_joined_and_left_is_told_at_home_and_how(
    session: Session, own: Work, home: StaffAccount, joined: StaffAccount
) -> None:
    leave_community(own, joined.community_id)

    for deed in ("joined", "left"):
        assert traces(session, f"account.{deed}%") == [
            (f"account.{deed}_elsewhere", home.id, home.id, "owner"),
            (f"account.{deed}_from_elsewhere", joined.id, None, "owner"),
        ]


def test_a_link_of_home_that_ended_it_is_told_as_one(
    session: Session, community: Community, home: StaffAccount, joined: StaffAccount
) -> None:
    at_home = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    use(session, make_link(at_home, home.id, LinkPurpose.PASSWORD), totp=code_of(home))

    assert traces(session, "account.left%") == [
        ("account.left_elsewhere", home.id, None, "link"),
        ("account.left_from_elsewhere", joined.id, None, "link"),
    ]


def traces(session: Session, actions: str) -> list[tuple[str, UUID | None, UUID | None, str]]:
    """Return what was noted, of whom, by which account, and how, at home first."""
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.action.like(actions)).order_by(AuditEvent.action)
    )
    return [(one.action, one.subject_id, one.actor_id, one.detail["by"]) for one in events]


def test_who_works_there_is_known_by_the_account_there(
    own: Work, other: Community, joined: StaffAccount
) -> None:
    _, there = list_workplaces(own.session, own.actor)
    plain: StaffMember = to_staff_member(joined, timezone=other.timezone)

    assert replace(there.member, proven_at=None, device=None, device_hash=None) == plain


def test_what_she_does_there_is_asked_of_her_other_browsers_alone(
    session: Session, own: Work, community: Community, home: StaffAccount, joined: StaffAccount
) -> None:
    there = list_workplaces(session, own.actor)[1].member
    roles = frozenset({Role.MANAGER, Role.PANEL})
    in_another = get_staff_member_by_token(
        session,
        given_token(session, community, home, device="there"),
        now=NOON,
        at_console=True,
    )

    change_account(
        Work(session, there, NOON), ChangeAccount(joined.id, joined.version, roles=roles)
    )

    assert list_unanswered(session, there) == []
    elsewhere = list_workplaces(session, in_another)[1].member
    (asked,) = list_unanswered(session, elsewhere)
    assert (asked.kind, asked.device) == ("roles_changed", own.actor.device)
    answer_alerts(Work(session, there, NOON), [asked.id])
    assert asked.answered_at is None
    answer_alerts(Work(session, elsewhere, NOON), [asked.id])
    assert asked.answered_at == NOON
