"""The honour roll as anyone reads it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.selection import RoundAction
from tests.given import given_community
from tests.given_rounds import given_winner
from tests.pages.visits import text_of


@pytest.mark.parametrize(("agrees", "listed"), [(True, True), (False, False)])
def test_whoever_agrees_is_on_the_roll_and_nobody_else(
    client: FlaskClient, session: Session, community: Community, *, agrees: bool, listed: bool
) -> None:
    given_winner(session, community, name="阿依古丽", consent_publicity=agrees)

    answer = client.get("/honour")

    assert ("阿依古丽" in text_of(answer)) is listed
    assert "阿*丽" not in text_of(answer)
    assert ("2026年12月" in text_of(answer)) is listed
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_consent_that_is_withdrawn_takes_the_name_down_at_once(
    client: FlaskClient, session: Session, community: Community
) -> None:
    winner = given_winner(session, community, name="阿依古丽", consent_publicity=True)
    assert "阿依古丽" in text_of(client.get("/honour"))

    winner.consent_publicity = False
    session.commit()

    assert "阿依古丽" not in text_of(client.get("/honour"))
    assert "还没有人上榜" in text_of(client.get("/honour"))


def test_nobody_is_praised_before_the_cards_are_issued(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_winner(session, community, RoundAction.CONFIRM, name="阿依古丽", consent_publicity=True)

    assert "阿依古丽" not in text_of(client.get("/honour"))


def test_a_roll_is_of_one_community(client: FlaskClient, session: Session) -> None:
    here, other = given_community(session), given_community(session)
    given_winner(session, here, name="阿依古丽", consent_publicity=True)

    assert "阿依古丽" in text_of(client.get(f"/{here.slug}/honour"))
    assert "阿依古丽" not in text_of(client.get(f"/{other.slug}/honour"))


@pytest.mark.parametrize("after", ["nothing", "01890000-0000-7000-8000-000000000000"])
def test_a_place_that_is_none_is_answered_kindly(
    client: FlaskClient, session: Session, after: str
) -> None:
    given_community(session)
    session.commit()

    assert client.get(f"/honour?after={after}").status_code in {400, 404}
