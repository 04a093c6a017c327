"""Links by which the owner of an account sets what nobody else is to know."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AccountLink, AuditEvent, Community, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.errors import (
    CommonPasswordError,
    SignInError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.staff.credentials import (
    ChangeOwnPassword,
    SetSecondFactor,
    change_own_password,
    set_second_factor,
)
from loyalty.services.staff.links import (
    LASTS,
    LinkPurpose,
    MadeLink,
    UseLink,
    list_purposes,
    make_link,
    make_operators_link,
    open_link,
    use_link,
)
from loyalty.services.staff.passwords import password_matches
from loyalty.services.staff.second_factor import seal_secret
from loyalty.services.staff.sign_in import (
    OwnersProof,
    SignIn,
    check_password,
    to_staff_member,
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

NEW = "three other words of mine"
OLD = "correct horse battery staple"


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    """A manager at work."""
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


@pytest.fixture
def joined(session: Session, community: Community) -> StaffAccount:
    """An account with a password and a second factor."""
    return given_account(session, community, password_hash=quick_hash(OLD))


@pytest.fixture
def new(session: Session, community: Community) -> StaffAccount:
    """An account whose owner has not come yet."""
    return given_account(session, community, password_hash=None, totp_secret=None)


def use(session: Session, made: MadeLink, password: str = NEW, totp: str | None = None) -> None:
    request = UseLink(made.token, password, totp)
    use_link(session, request, sealing_key=SEALING_KEY, now=NOON)


def test_who_joins_chooses_the_password(session: Session, work: Work, new: StaffAccount) -> None:
    made = make_link(work, new.id, LinkPurpose.JOIN)

    told = open_link(session, made.token, now=NOON)
    use(session, made)

    assert (told.purpose, told.username, told.asks_for_code) == ("join", new.username, False)
    assert password_matches(NEW, new.password_hash)


def test_a_link_works_once(session: Session, work: Work, new: StaffAccount) -> None:
    made = make_link(work, new.id, LinkPurpose.JOIN)
    use(session, made)

    with pytest.raises(UnknownRecordError):
        open_link(session, made.token, now=NOON)
    with pytest.raises(UnknownRecordError):
        use(session, made, "yet another three words")
    assert password_matches(NEW, new.password_hash)


@pytest.mark.parametrize("purpose", [LinkPurpose.PASSWORD, LinkPurpose.SECOND_FACTOR])
def test_a_link_opens_until_its_time_is_over(
    session: Session, work: Work, joined: StaffAccount, purpose: LinkPurpose
) -> None:
    made = make_link(work, joined.id, purpose)
    end = NOON + LASTS[purpose]

    assert made.expires_at == end
    assert open_link(session, made.token, now=end - timedelta(seconds=1)).purpose is purpose
    with pytest.raises(UnknownRecordError):
        open_link(session, made.token, now=end)


def test_another_link_takes_the_place_of_the_first(
    session: Session, work: Work, new: StaffAccount
) -> None:
    first, second = (make_link(work, new.id, LinkPurpose.JOIN) for _ in range(2))

    with pytest.raises(UnknownRecordError):
        open_link(session, first.token, now=NOON)
    assert open_link(session, second.token, now=NOON).username == new.username


def test_whoever_has_a_second_factor_shows_it_for_another_password(
    session: Session, work: Work, joined: StaffAccount
) -> None:
    made = make_link(work, joined.id, LinkPurpose.PASSWORD)

    assert open_link(session, made.token, now=NOON).asks_for_code
    for wrong in (None, "000000"):
        with pytest.raises(SignInError):
            use(session, made, totp=wrong)
    assert password_matches(OLD, joined.password_hash)


@pytest.mark.usefixtures("clock")
def test_with_its_code_the_password_is_another_and_the_factor_the_same(
    session: Session, work: Work, joined: StaffAccount
) -> None:
    kept = joined.totp_secret
    use(session, make_link(work, joined.id, LinkPurpose.PASSWORD), totp=code_of(joined))

    session.refresh(joined)
    assert password_matches(NEW, joined.password_hash)
    assert joined.totp_secret == kept


@pytest.mark.usefixtures("clock")
def test_a_code_that_was_shown_to_a_link_signs_nobody_in_and_opens_no_other_link(
    session: Session, work: Work, joined: StaffAccount
) -> None:
    shown = code_of(joined)
    use(session, make_link(work, joined.id, LinkPurpose.PASSWORD), totp=shown)

    again = SignIn(joined.username, NEW, shown)
    with pytest.raises(SignInError):
        check_password(session, again, sealing_key=SEALING_KEY, now=NOON)
    with pytest.raises(SignInError):
        use(session, make_link(work, joined.id, LinkPurpose.PASSWORD), totp=shown)
    later = replace(again, totp=code_of(joined))
    assert check_password(session, later, sealing_key=SEALING_KEY, now=NOON) is joined


@pytest.mark.usefixtures("clock")
def test_a_code_shown_with_a_password_that_is_refused_works_with_the_next_one(
    session: Session, work: Work, joined: StaffAccount
) -> None:
    made, shown = make_link(work, joined.id, LinkPurpose.PASSWORD), code_of(joined)

    with session.begin_nested() as step:
        with pytest.raises(CommonPasswordError):
            use(session, made, "password1234", totp=shown)
        step.rollback()
    use(session, made, totp=shown)

    assert password_matches(NEW, joined.password_hash)


def test_who_lost_the_phone_shows_the_password(
    session: Session, work: Work, joined: StaffAccount
) -> None:
    made = make_link(work, joined.id, LinkPurpose.SECOND_FACTOR)

    with pytest.raises(SignInError):
        use(session, made, NEW)
    session.refresh(joined)
    assert "second_factor" in list_purposes(joined)
    use(session, made, OLD)

    session.refresh(joined)
    assert "second_factor" not in list_purposes(joined)
    assert password_matches(OLD, joined.password_hash)


def test_a_link_that_is_open_ends_when_the_owner_changes_the_password(
    session: Session, work: Work, community: Community
) -> None:
    owner, other = (
        given_account(session, community, Role.PANEL, password_hash=quick_hash(OLD))
        for _ in range(2)
    )
    made, others = (make_link(work, one.id, LinkPurpose.PASSWORD) for one in (owner, other))
    own = Work(session, to_staff_member(owner, timezone=community.timezone), NOON)

    request = ChangeOwnPassword(OwnersProof(OLD), NEW)
    change_own_password(own, request, sealing_key=SEALING_KEY)

    with pytest.raises(UnknownRecordError):
        use(session, made, "yet another three words")
    assert password_matches(NEW, owner.password_hash)
    assert open_link(session, others.token, now=NOON).username == other.username


@pytest.mark.usefixtures("clock")
def test_a_link_for_a_lost_factor_ends_when_the_owner_sets_another(
    session: Session, work: Work, community: Community, joined: StaffAccount
) -> None:
    made = make_link(work, joined.id, LinkPurpose.SECOND_FACTOR)
    own = Work(session, to_staff_member(joined, timezone=community.timezone), NOON)
    sealed = seal_secret(FACTOR, joined, sealing_key=SEALING_KEY)
    proof = OwnersProof(OLD, code_of(joined))

    set_second_factor(own, SetSecondFactor(proof, sealed, code_of(joined)), sealing_key=SEALING_KEY)

    with pytest.raises(UnknownRecordError):
        use(session, made, OLD)
    session.refresh(joined)
    assert joined.totp_secret == sealed


@pytest.mark.parametrize("wrong", [4, 5])
def test_the_fifth_wrong_try_closes_the_link(
    session: Session, work: Work, joined: StaffAccount, wrong: int
) -> None:
    made = make_link(work, joined.id, LinkPurpose.SECOND_FACTOR)
    for _ in range(wrong):
        with pytest.raises(SignInError):
            use(session, made, "guessed")

    if wrong == 5:
        with pytest.raises(UnknownRecordError):
            use(session, made, OLD)
    else:
        use(session, made, OLD)
    session.refresh(joined)
    assert (joined.totp_secret is None) is (wrong == 4)


@pytest.mark.parametrize("password", ["password1234", "short"])
def test_a_password_that_is_guessed_first_leaves_the_link_open(
    session: Session, work: Work, new: StaffAccount, password: str
) -> None:
    made = make_link(work, new.id, LinkPurpose.JOIN)

    with session.begin_nested() as step:
        with pytest.raises((CommonPasswordError, ValueRefusedError)):
            use(session, made, password)
        step.rollback()

    assert open_link(session, made.token, now=NOON).username == new.username


def test_a_link_is_made_for_what_can_be_lost_alone(
    session: Session, work: Work, joined: StaffAccount, new: StaffAccount
) -> None:
    panellist = given_account(
        session, work.session.get_one(Community, work.community_id), Role.PANEL
    )

    assert list_purposes(new) == ["join"]
    assert list_purposes(joined) == ["password", "second_factor"]
    assert list_purposes(panellist) == ["password"]
    for account in (new, joined, panellist):
        for purpose in set(LinkPurpose) - set(list_purposes(account)):
            with pytest.raises(ValueRefusedError):
                make_link(work, account.id, purpose)


def test_a_closed_account_is_opened_by_no_link(
    session: Session, work: Work, new: StaffAccount
) -> None:
    made = make_link(work, new.id, LinkPurpose.JOIN)
    new.active = False
    session.flush()

    with pytest.raises(UnknownRecordError):
        use(session, made)
    with pytest.raises(ValueRefusedError):
        make_link(work, new.id, LinkPurpose.JOIN)


def test_a_manager_makes_none_for_another_community(session: Session, work: Work) -> None:
    stranger = given_account(session, given_community(session))

    with pytest.raises(UnknownRecordError):
        make_link(work, stranger.id, LinkPurpose.PASSWORD)


@pytest.mark.parametrize(
    "token", ["", "join_1_x", "staff_1_" + "a" * 43, "join_9999999_" + "a" * 43]
)
def test_nothing_is_opened_by_a_guess(session: Session, new: StaffAccount, token: str) -> None:
    assert new.active
    with pytest.raises(UnknownRecordError):
        open_link(session, token, now=NOON)


def test_the_operator_lets_in_anew_who_has_lost_both(
    session: Session, community: Community, joined: StaffAccount
) -> None:
    made = make_operators_link(session, community, joined, now=NOON)
    use(session, made)

    session.refresh(joined)
    assert password_matches(NEW, joined.password_hash)
    assert joined.totp_secret is None


def test_it_leaves_a_trace_and_no_token(session: Session, work: Work, joined: StaffAccount) -> None:
    made = make_link(work, joined.id, LinkPurpose.SECOND_FACTOR)
    use(session, made, OLD)

    events = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == joined.id)).all()
    assert [one.action for one in events] == ["account.link_made", "account.link_used"]
    assert [one.actor_id for one in events] == [work.actor.account_id, None]
    secret = made.token.rpartition("_")[2]
    assert not any(secret in str(one.detail) for one in events)
    assert secret.encode() not in session.scalars(select(AccountLink.token_hash)).one()
    assert secret not in repr(made)


def test_a_code_of_another_secret_opens_nothing(
    session: Session, work: Work, joined: StaffAccount
) -> None:
    made = make_link(work, joined.id, LinkPurpose.PASSWORD)
    other = pyotp.TOTP(pyotp.random_base32()).at(NOON)

    with pytest.raises(SignInError):
        use(session, made, totp=other)
