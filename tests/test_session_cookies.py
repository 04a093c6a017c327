from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, SignatureExpired
from sqlalchemy.orm import Session

from loyalty.session_cookies import SealingSerializer
from tests.given import NOON, SECRET, given_community
from tests.present import present

OURS = SealingSerializer(SECRET)
DAY = 86_400


@given(
    st.dictionaries(
        st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=8)
    )
)
def test_a_session_comes_back_as_it_was(session: dict[str, Any]) -> None:
    assert OURS.loads(OURS.dumps(session), max_age=DAY) == session


def test_the_cookie_does_not_show_what_it_says() -> None:
    cookie = OURS.dumps({"_user_id": "staff_7_secret"})

    assert cookie != OURS.dumps({"_user_id": "staff_7_secret"})
    assert "staff" not in cookie
    with pytest.raises(BadSignature):
        SealingSerializer("another secret of thirty-two letters").loads(cookie, max_age=DAY)


@pytest.mark.parametrize("place", [0, 20, -2])
def test_a_cookie_that_was_changed_is_none(place: int) -> None:
    cookie = OURS.dumps({"_user_id": "somebody"})
    other = "A" if cookie[place] != "A" else "B"
    changed = cookie[:place] + other + cookie[place:][1:]

    with pytest.raises(BadSignature):
        OURS.loads(changed, max_age=DAY)


@pytest.mark.parametrize("cookie", ["", "A", "a.b.c", "四", "=" * 9, "A" * 16, "A" * 60])
def test_what_is_no_cookie_of_ours_is_none(cookie: str) -> None:
    with pytest.raises(BadSignature):
        OURS.loads(cookie, max_age=DAY)


def test_a_cookie_is_believed_for_as_long_as_a_session_lasts() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        cookie = OURS.dumps({})
        clock.shift(timedelta(seconds=DAY))
        assert OURS.loads(cookie, max_age=DAY) == {}
        clock.shift(timedelta(seconds=1))
        with pytest.raises(SignatureExpired):
            OURS.loads(cookie, max_age=DAY)


def test_a_page_gives_a_sealed_cookie_and_reads_it_again(
    client: FlaskClient, session: Session
) -> None:
    given_community(session)
    session.commit()
    client.get("/staff/sign-in")

    cookie = present(client.get_cookie("session"))

    assert "csrf_token" in OURS.loads(cookie.value, max_age=DAY)
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_a_cookie_of_somebody_else_is_a_new_session(client: FlaskClient, session: Session) -> None:
    given_community(session)
    session.commit()
    client.set_cookie("session", "eyJfdXNlcl9pZCI6InNvbWVib2R5In0.aS8.c2lnbmVk")

    assert client.get("/staff/sign-in").status_code == 200
