import secrets
from base64 import b32encode
from datetime import timedelta
from hashlib import sha256

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.keys import SealError, sealing_key_from
from loyalty.models import AccessToken, AuditEvent, Community, RequestCount, StaffAccount
from loyalty.rules.community_number import make_numbered_token, read_number_in_token
from loyalty.services.actors import Role
from loyalty.services.errors import SignInError, SignInLockedError
from loyalty.services.staff import sign_in as sign_in_module
from loyalty.services.staff.passwords import password_matches
from loyalty.services.staff.second_factor import seal_secret
from loyalty.services.staff.sign_in import (
    OwnersProof,
    SignIn,
    check_password,
    get_staff_member_by_token,
    prove,
    sign_in,
)
from tests.given import FACTOR, NOON, SEALING_KEY, given_account, given_community, quick_hash

PASSWORD = "a long enough password"
PASSWORD_HASH = quick_hash(PASSWORD)
WRONG = SignIn("li", "not the password")
RIGHT = SignIn("li", PASSWORD)


@pytest.fixture
def account(session: Session) -> StaffAccount:
    return given_account(
        session,
        given_community(session),
        Role.MANAGER,
        username="li",
        password_hash=PASSWORD_HASH,
        totp_secret=None,
    )


def fail(session: Session, *, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInError):
            check_password(session, WRONG, sealing_key=SEALING_KEY, now=NOON)


def test_the_right_password_signs_in(session: Session, account: StaffAccount) -> None:
    assert check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON) is account


@pytest.mark.parametrize("username", ["LI", " li "])
def test_capitals_and_blanks_in_the_name_make_no_difference(
    session: Session, account: StaffAccount, username: str
) -> None:
    request = SignIn(username, PASSWORD)

    assert check_password(session, request, sealing_key=SEALING_KEY, now=NOON) is account


@pytest.mark.parametrize("username", ["lili", "l%", "lili\0", ""])
def test_an_unknown_name_is_told_the_same_as_a_wrong_password(
    session: Session, account: StaffAccount, username: str
) -> None:
    assert account.active
    with pytest.raises(SignInError) as unknown:
        check_password(session, SignIn(username, PASSWORD), sealing_key=SEALING_KEY, now=NOON)
    with pytest.raises(SignInError) as wrong:
        check_password(session, WRONG, sealing_key=SEALING_KEY, now=NOON)

    assert str(unknown.value) == str(wrong.value)


def test_an_account_signs_in_to_its_own_community_alone(
    session: Session, account: StaffAccount
) -> None:
    ours = session.get_one(Community, account.community_id)
    theirs = given_community(session)

    for named in (None, "", ours.slug, f" {ours.slug.upper()} "):
        request = SignIn("li", PASSWORD, community=named)
        assert check_password(session, request, sealing_key=SEALING_KEY, now=NOON) is account
    for named in (theirs.slug, "nowhere", "\0"):
        request = SignIn("li", PASSWORD, community=named)
        with pytest.raises(SignInError):
            check_password(session, request, sealing_key=SEALING_KEY, now=NOON)


def test_a_name_that_several_communities_have_needs_the_community(
    session: Session, account: StaffAccount
) -> None:
    theirs = given_community(session)
    other = given_account(
        session, theirs, username="li", password_hash=PASSWORD_HASH, totp_secret=None
    )

    with pytest.raises(SignInError) as unclear:
        check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON)
    named = SignIn("li", PASSWORD, community=theirs.slug)
    assert check_password(session, named, sealing_key=SEALING_KEY, now=NOON) is other
    other.active = False
    session.flush()
    assert check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON) is account
    with pytest.raises(SignInError) as wrong:
        check_password(session, WRONG, sealing_key=SEALING_KEY, now=NOON)
    assert str(unclear.value) == str(wrong.value)


@pytest.mark.parametrize("name", ["li", "nobody"])
def test_as_long_is_spent_on_a_name_that_is_unclear_as_on_one_that_is_unknown(
    session: Session, account: StaffAccount, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    given_account(session, given_community(session), username=account.username)
    hashed: list[str | None] = []

    def watched(password: str, kept: str | None) -> bool:
        hashed.append(kept)
        return password_matches(password, kept)

    monkeypatch.setattr(sign_in_module, "password_matches", watched)

    with pytest.raises(SignInError):
        check_password(session, SignIn(name, PASSWORD), sealing_key=SEALING_KEY, now=NOON)

    assert hashed == [None]


@pytest.mark.parametrize(
    ("named", "works"), [("ours", True), ("theirs", False), ("none, as before", True)]
)
def test_a_token_is_looked_for_in_the_community_it_names(
    session: Session, account: StaffAccount, named: str, *, works: bool
) -> None:
    ours, theirs = session.get_one(Community, account.community_id), given_community(session)
    number = {"ours": ours.number, "theirs": theirs.number}.get(named)
    secret = secrets.token_urlsafe(32)
    token = make_numbered_token("staff_", number, secret) if number else f"staff_{secret}"
    session.add(
        AccessToken(
            community_id=ours.id,
            account_id=account.id,
            token_hash=sha256(token.encode()).digest(),
            created_at=NOON,
            expires_at=NOON + timedelta(hours=12),
        )
    )
    session.flush()

    if works:
        assert get_staff_member_by_token(session, token, now=NOON).account_id == account.id
    else:
        with pytest.raises(SignInError):
            get_staff_member_by_token(session, token, now=NOON)


def test_a_token_names_its_community(session: Session, account: StaffAccount) -> None:
    number = session.get_one(Community, account.community_id).number

    token = sign_in(session, RIGHT, sealing_key=SEALING_KEY, now=NOON).token

    assert read_number_in_token(token) == number


def test_a_closed_account_does_not_sign_in(session: Session, account: StaffAccount) -> None:
    account.active = False
    session.flush()

    with pytest.raises(SignInError):
        check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON)


def test_four_failures_are_forgiven(session: Session, account: StaffAccount) -> None:
    fail(session, times=4)

    assert check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON) is account
    fail(session, times=4)
    assert check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON) is account


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour(
    session: Session, account: StaffAccount
) -> None:
    fail(session, times=5)

    almost = NOON + timedelta(minutes=15) - timedelta(seconds=1)
    with pytest.raises(SignInLockedError):
        check_password(session, RIGHT, sealing_key=SEALING_KEY, now=almost)
    after = NOON + timedelta(minutes=15)
    assert check_password(session, RIGHT, sealing_key=SEALING_KEY, now=after) is account


def test_signing_in_does_not_disturb_a_managers_edit(
    session: Session, account: StaffAccount
) -> None:
    version = account.version

    fail(session, times=1)
    check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON)
    session.refresh(account)

    assert account.version == version


def test_a_token_works_for_twelve_hours(session: Session, account: StaffAccount) -> None:
    signed_in = sign_in(session, RIGHT, sealing_key=SEALING_KEY, now=NOON)

    almost = NOON + timedelta(hours=12) - timedelta(seconds=1)
    assert get_staff_member_by_token(session, signed_in.token, now=almost).account_id == account.id
    with pytest.raises(SignInError):
        get_staff_member_by_token(session, signed_in.token, now=NOON + timedelta(hours=12))


def test_neither_password_nor_token_is_shown_in_a_traceback(
    session: Session, account: StaffAccount
) -> None:
    signed_in = sign_in(session, RIGHT, sealing_key=SEALING_KEY, now=NOON)

    assert PASSWORD not in repr(RIGHT)
    assert signed_in.token not in repr(signed_in)
    assert account.roles == signed_in.roles


def test_a_second_factor_is_demanded_once_it_is_on(session: Session, account: StaffAccount) -> None:
    codes = _turn_on(session, account)

    with pytest.raises(SignInError):
        check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON)
    with_code = SignIn("li", PASSWORD, codes.at(NOON))
    assert check_password(session, with_code, sealing_key=SEALING_KEY, now=NOON) is account


def test_a_code_works_once(session: Session, account: StaffAccount) -> None:
    with_code = SignIn("li", PASSWORD, _turn_on(session, account).at(NOON))
    check_password(session, with_code, sealing_key=SEALING_KEY, now=NOON)

    with pytest.raises(SignInError):
        check_password(session, with_code, sealing_key=SEALING_KEY, now=NOON)


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_phone_may_be_half_a_minute_off(
    session: Session, account: StaffAccount, seconds: int
) -> None:
    code = _turn_on(session, account).at(NOON + timedelta(seconds=seconds))
    request = SignIn("li", PASSWORD, code)

    assert check_password(session, request, sealing_key=SEALING_KEY, now=NOON) is account


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_phone_a_minute_off_is_refused(
    session: Session, account: StaffAccount, seconds: int
) -> None:
    code = _turn_on(session, account).at(NOON + timedelta(seconds=seconds))

    with pytest.raises(SignInError):
        check_password(session, SignIn("li", PASSWORD, code), sealing_key=SEALING_KEY, now=NOON)


def test_a_code_without_the_password_is_worth_nothing_and_not_used_up(
    session: Session, account: StaffAccount
) -> None:
    code = _turn_on(session, account).at(NOON)
    request = SignIn("li", "not the password", code)

    with pytest.raises(SignInError):
        check_password(session, request, sealing_key=SEALING_KEY, now=NOON)
    with_password = SignIn("li", PASSWORD, code)
    assert check_password(session, with_password, sealing_key=SEALING_KEY, now=NOON) is account


def test_another_installations_key_does_not_open_the_second_factor(
    session: Session, account: StaffAccount
) -> None:
    code = _turn_on(session, account).at(NOON)
    other = sealing_key_from("the secret of another installation")

    with pytest.raises(SealError):
        check_password(session, SignIn("li", PASSWORD, code), sealing_key=other, now=NOON)


@pytest.mark.parametrize("username", ["li", "nobody"])
def test_a_lock_tells_nothing_of_who_there_is(
    session: Session, account: StaffAccount, username: str
) -> None:
    assert account.active
    request = SignIn(username, "not the password", origin="203.0.113.7")
    for _ in range(5):
        with pytest.raises(SignInError):
            check_password(session, request, sealing_key=SEALING_KEY, now=NOON)

    with pytest.raises(SignInLockedError):
        check_password(session, request, sealing_key=SEALING_KEY, now=NOON)
    elsewhere = SignIn("li", PASSWORD, origin="198.51.100.2")
    assert check_password(session, elsewhere, sealing_key=SEALING_KEY, now=NOON) is account


def test_what_is_counted_names_neither_account_nor_address(
    session: Session, account: StaffAccount
) -> None:
    request = SignIn(account.username, "not the password", origin="203.0.113.7")
    with pytest.raises(SignInError):
        check_password(session, request, sealing_key=SEALING_KEY, now=NOON)

    kept = session.scalars(select(RequestCount)).one()
    assert (len(kept.asked), kept.requests) == (32, 1)
    assert kept.asked not in {sha256(b"li\x00203.0.113.7").digest(), b"li"}


def test_whoever_is_signed_in_and_guesses_ends_all_sessions(
    session: Session, account: StaffAccount
) -> None:
    sign_in(session, RIGHT, sealing_key=SEALING_KEY, now=NOON)
    for _ in range(5):
        with pytest.raises(SignInError):
            prove(session, account, OwnersProof("wrong"), sealing_key=SEALING_KEY, now=NOON)

    assert session.scalars(select(AccessToken)).one().revoked_at == NOON
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == account.id))
    assert [*actions] == ["account.signed_in", "account.locked"]
    session.refresh(account)
    with pytest.raises(SignInLockedError):
        prove(session, account, OwnersProof(PASSWORD), sealing_key=SEALING_KEY, now=NOON)
    assert check_password(session, RIGHT, sealing_key=SEALING_KEY, now=NOON) is account


def _turn_on(session: Session, account: StaffAccount) -> pyotp.TOTP:
    """Return the app on the account's phone."""
    account.totp_secret = seal_secret(FACTOR, account, sealing_key=SEALING_KEY)
    session.flush()
    return pyotp.TOTP(b32encode(FACTOR).decode())
