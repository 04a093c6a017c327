"""Who is signed in with an account, for how long, and what its owner is told of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, AccountAlert, Community, StaffAccount
from loyalty.rules.browser import Browser
from loyalty.rules.retention import SIGN_INS
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import SignInError
from loyalty.services.staff.accounts import ChangeAccount, change_account
from loyalty.services.staff.alerts import (
    AlertKind,
    answer_alerts,
    forget_alerts,
    list_alerts,
    list_unanswered,
)
from loyalty.services.staff.credentials import (
    ChangeOwnPassword,
    SetSecondFactor,
    change_own_password,
    set_second_factor,
)
from loyalty.services.staff.links import LinkPurpose, UseLink, make_link, use_link
from loyalty.services.staff.second_factor import seal_secret
from loyalty.services.staff.sessions import (
    IDLE_FOR,
    Device,
    end_other_sessions,
    forget_sign_ins,
    list_sessions,
)
from loyalty.services.staff.sign_in import (
    OwnersProof,
    SignIn,
    get_staff_member_by_token,
    prove,
    sign_in,
)
from loyalty.services.work import Work
from tests.given import (
    FACTOR,
    NOON,
    SEALING_KEY,
    code_of,
    given_account,
    given_community,
    given_staff,
    quick_hash,
)

PASSWORD = "a long enough password"
NEW = "three other words of mine"
DESK = Device("the computer at the desk", Browser.COMPUTER)
PHONE = Device("a telephone", Browser.SAFARI)
SECOND = timedelta(seconds=1)


@pytest.fixture
def account(session: Session, community: Community) -> StaffAccount:
    return given_account(
        session,
        community,
        Role.COUNCIL,
        username="li",
        password_hash=quick_hash(PASSWORD),
        totp_secret=None,
    )


def enter(session: Session, device: Device | None, *, after: timedelta = timedelta()) -> str:
    """Sign in, and return the token."""
    request = SignIn("li", PASSWORD, device=device)
    return sign_in(session, request, sealing_key=SEALING_KEY, now=NOON + after).token


def member_of(
    session: Session, token: str, *, after: timedelta = timedelta(), at_console: bool = True
) -> StaffMember:
    return get_staff_member_by_token(session, token, now=NOON + after, at_console=at_console)


def is_open(session: Session, token: str, *, after: timedelta, at_console: bool = True) -> bool:
    try:
        member_of(session, token, after=after, at_console=at_console)
    except SignInError:
        return False
    return True


def told(session: Session, account: StaffAccount) -> list[str]:
    query = select(AccountAlert.kind).where(AccountAlert.account_id == account.id)
    return [*session.scalars(query.order_by(AccountAlert.id))]


def asked(session: Session, member: StaffMember) -> list[str]:
    return [one.kind for one in list_unanswered(session, member)]


def work_of(session: Session, member: StaffMember) -> Work:
    return Work(session, member, NOON)


@pytest.mark.usefixtures("account")
def test_a_browser_that_nobody_uses_for_half_an_hour_is_signed_out(session: Session) -> None:
    token = enter(session, DESK)

    almost = IDLE_FOR - SECOND
    assert is_open(session, token, after=almost)
    assert is_open(session, token, after=almost + almost), "it was in use meanwhile"
    assert not is_open(session, token, after=almost + almost + IDLE_FOR)


@pytest.mark.usefixtures("account")
def test_it_ends_after_twelve_hours_however_much_it_is_used(session: Session) -> None:
    token, quarter = enter(session, DESK), timedelta(minutes=15)

    assert all(is_open(session, token, after=turn * quarter) for turn in range(48))
    assert not is_open(session, token, after=timedelta(hours=12))


@pytest.mark.usefixtures("account")
def test_a_program_may_be_idle_for_as_long_as_its_token_lasts(session: Session) -> None:
    token = enter(session, None)

    assert is_open(session, token, after=timedelta(hours=12) - SECOND, at_console=False)


@pytest.mark.usefixtures("account")
def test_the_token_of_a_browser_opens_no_api_and_a_programs_no_console(session: Session) -> None:
    browser, program = enter(session, DESK), enter(session, None)

    assert not is_open(session, browser, after=SECOND, at_console=False)
    assert not is_open(session, program, after=SECOND, at_console=True)


def test_a_browser_is_new_once_and_again_after_ninety_days(
    session: Session, account: StaffAccount
) -> None:
    enter(session, DESK)
    enter(session, DESK, after=SIGN_INS - SECOND)
    assert told(session, account) == ["new_device"]

    enter(session, DESK, after=2 * SIGN_INS)
    assert told(session, account) == ["new_device", "new_device"]


def test_all_programs_of_an_account_are_one_device(session: Session, account: StaffAccount) -> None:
    enter(session, None)
    enter(session, None)

    assert told(session, account) == ["new_device"]


def test_what_names_a_browser_is_another_thing_for_each_account(
    session: Session, community: Community, account: StaffAccount
) -> None:
    given_account(
        session, community, Role.COUNCIL, username="wang", password_hash=account.password_hash
    )
    enter(session, DESK)
    sign_in(session, SignIn("wang", PASSWORD, device=DESK), sealing_key=SEALING_KEY, now=NOON)

    kept = {one.device_hash for one in session.scalars(select(AccessToken))}
    assert len(kept) == 2
    assert not any(DESK.secret.encode() in (one or b"") for one in kept)


@pytest.mark.usefixtures("account")
def test_it_is_asked_elsewhere_and_never_where_it_was_done(session: Session) -> None:
    desk = member_of(session, enter(session, DESK))
    assert asked(session, desk) == []

    phone = member_of(session, enter(session, PHONE))

    assert asked(session, desk) == ["new_device"]
    assert list_unanswered(session, desk)[0].device == "safari"
    assert [one.device for one in list_unanswered(session, phone)] == ["computer"]


@pytest.mark.usefixtures("account")
def test_whoever_is_signed_in_does_not_answer_for_itself(session: Session) -> None:
    desk = member_of(session, enter(session, DESK))
    stranger = member_of(session, enter(session, PHONE))
    alert_ids = [one.id for one in list_alerts(work_of(session, desk))]

    answer_alerts(work_of(session, stranger), alert_ids)
    assert asked(session, desk) == ["new_device"]

    answer_alerts(work_of(session, desk), alert_ids)
    assert asked(session, desk) == []
    assert len(list_alerts(work_of(session, desk))) == 2, "they stay on the list"


def test_nobody_answers_for_another_account(
    session: Session, community: Community, account: StaffAccount
) -> None:
    desk = member_of(session, enter(session, DESK))
    enter(session, PHONE)
    alert_ids = [one.id for one in list_unanswered(session, desk)]
    same_community = given_staff(session, community, Role.MANAGER)
    other_community = given_staff(session, given_community(session), Role.MANAGER)

    for outsider in (same_community, other_community):
        assert asked(session, outsider) == []
        answer_alerts(work_of(session, outsider), alert_ids)

    assert asked(session, desk) == ["new_device"]
    assert told(session, account) == ["new_device", "new_device"]


def change_password(session: Session, member: StaffMember, account: StaffAccount) -> None:
    assert account.active
    request = ChangeOwnPassword(OwnersProof(PASSWORD), NEW)
    change_own_password(work_of(session, member), request, sealing_key=SEALING_KEY)


def change_roles(session: Session, member: StaffMember, account: StaffAccount) -> None:
    manager = given_staff(session, session.get_one(Community, member.community_id), Role.MANAGER)
    roles = frozenset({Role.COUNCIL, Role.PANEL})
    change_account(work_of(session, manager), ChangeAccount(account.id, 1, roles=roles))


def set_factor(session: Session, member: StaffMember, account: StaffAccount) -> None:
    sealed = seal_secret(FACTOR, account, sealing_key=SEALING_KEY)
    request = SetSecondFactor(OwnersProof(PASSWORD), sealed, code_of(account))
    set_second_factor(work_of(session, member), request, sealing_key=SEALING_KEY)


def make_one(session: Session, member: StaffMember, account: StaffAccount) -> None:
    manager = given_staff(session, session.get_one(Community, member.community_id), Role.MANAGER)
    make_link(work_of(session, manager), account.id, LinkPurpose.PASSWORD)


def use_one(session: Session, member: StaffMember, account: StaffAccount) -> None:
    manager = given_staff(session, session.get_one(Community, member.community_id), Role.MANAGER)
    made = make_link(work_of(session, manager), account.id, LinkPurpose.PASSWORD)
    use_link(session, UseLink(made.token, NEW), sealing_key=SEALING_KEY, now=NOON)


def lose_factor(session: Session, member: StaffMember, account: StaffAccount) -> None:
    manager = given_staff(session, session.get_one(Community, member.community_id), Role.MANAGER)
    account.totp_secret = seal_secret(FACTOR, account, sealing_key=SEALING_KEY)
    made = make_link(work_of(session, manager), account.id, LinkPurpose.SECOND_FACTOR)
    use_link(session, UseLink(made.token, PASSWORD), sealing_key=SEALING_KEY, now=NOON)


def guess(session: Session, member: StaffMember, account: StaffAccount) -> None:
    assert member.account_id == account.id
    for _ in range(5):
        with pytest.raises(SignInError):
            prove(session, account, OwnersProof("wrong"), sealing_key=SEALING_KEY, now=NOON)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        (change_password, AlertKind.PASSWORD_CHANGED),
        (set_factor, AlertKind.FACTOR_CHANGED),
        (change_roles, AlertKind.ROLES_CHANGED),
        (make_one, AlertKind.LINK_MADE),
        (use_one, AlertKind.LINK_USED),
        (lose_factor, AlertKind.LINK_USED),
        (guess, AlertKind.LOCKED),
    ],
)
def test_the_owner_is_told_of_each_change(
    session: Session,
    account: StaffAccount,
    deed: Callable[[Session, StaffMember, StaffAccount], None],
    kind: AlertKind,
) -> None:
    desk = member_of(session, enter(session, DESK))

    deed(session, desk, account)

    assert told(session, account)[-1] == kind
    own_deed = kind in {AlertKind.PASSWORD_CHANGED, AlertKind.FACTOR_CHANGED}
    assert (kind in asked(session, desk)) is not own_deed


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("deed", "stays"),
    [(change_password, False), (set_factor, True), (use_one, False), (lose_factor, False)],
)
def test_what_signs_in_is_another_and_all_that_is_signed_in_with_the_old_ends(
    session: Session,
    account: StaffAccount,
    deed: Callable[[Session, StaffMember, StaffAccount], None],
    *,
    stays: bool,
) -> None:
    here, phone, program = (enter(session, one) for one in (DESK, PHONE, None))

    deed(session, member_of(session, here), account)

    assert is_open(session, here, after=SECOND) is stays, "where it was done"
    assert not is_open(session, phone, after=SECOND)
    assert not is_open(session, program, after=SECOND, at_console=False)


def test_roles_that_stay_are_no_news(session: Session, account: StaffAccount) -> None:
    manager = given_staff(session, session.get_one(Community, account.community_id), Role.MANAGER)
    request = ChangeAccount(account.id, 1, roles=frozenset({Role.COUNCIL}))

    change_account(work_of(session, manager), request)

    assert told(session, account) == []


def test_whoever_joins_is_not_told_of_their_own_link(
    session: Session, community: Community, account: StaffAccount
) -> None:
    account.password_hash = None
    manager = work_of(session, given_staff(session, community, Role.MANAGER))
    made = make_link(manager, account.id, LinkPurpose.JOIN)
    use_link(session, UseLink(made.token, NEW), sealing_key=SEALING_KEY, now=NOON)

    assert told(session, account) == []


@pytest.mark.usefixtures("account")
def test_a_new_password_answers_what_was_asked_before(session: Session) -> None:
    desk = member_of(session, enter(session, DESK))
    enter(session, PHONE)
    request = ChangeOwnPassword(OwnersProof(PASSWORD), NEW)

    change_own_password(work_of(session, desk), request, sealing_key=SEALING_KEY)

    assert asked(session, desk) == []


@pytest.mark.usefixtures("account")
def test_all_others_are_ended_and_this_one_stays(session: Session) -> None:
    here, phone, program = (enter(session, one) for one in (DESK, PHONE, None))
    desk = member_of(session, here)
    work = work_of(session, desk)
    before = [(one.device, one.is_open, one.is_here) for one in list_sessions(work)]
    assert sorted(before, key=str) == [
        ("computer", True, True),
        ("safari", True, False),
        (None, True, False),
    ]

    end_other_sessions(work)

    assert is_open(session, here, after=SECOND)
    assert not is_open(session, phone, after=SECOND)
    assert not is_open(session, program, after=SECOND, at_console=False)
    session.expire_all()
    assert [one.is_open for one in list_sessions(work) if not one.is_here] == [False, False]


def test_sign_ins_and_what_was_told_are_forgotten_after_ninety_days(
    session: Session, community: Community, account: StaffAccount
) -> None:
    enter(session, DESK)
    elsewhere = given_community(session)

    def forget(whose: Community, after: timedelta) -> tuple[int, int]:
        forget_sign_ins(session, whose.id, now=NOON + after)
        forget_alerts(session, whose.id, now=NOON + after)
        return len(session.scalars(select(AccessToken)).all()), len(told(session, account))

    assert forget(community, SIGN_INS - SECOND) == (1, 1)
    assert forget(elsewhere, SIGN_INS) == (1, 1)
    assert forget(community, SIGN_INS) == (0, 0)
