"""The honour roll as anyone reads it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.selection import RoundAction
from tests.given import given_community, given_round
from tests.given_rounds import brought_through, given_candidate
from tests.pages.visits import text_of


def given_winner(session: Session, community: Community, name: str, *, agrees: bool) -> Round:
    """A round of its own month whose card is issued."""
    selection_round = given_round(session, community)
    given_candidate(session, selection_round, name=name, consent_publicity=agrees)
    return brought_through(session, selection_round, RoundAction.ISSUE)


@pytest.mark.parametrize(("agrees", "listed"), [(True, True), (False, False)])
def test_whoever_agrees_is_on_the_roll_and_nobody_else(
    client: FlaskClient, session: Session, *, agrees: bool, listed: bool
) -> None:
    given_winner(session, given_community(session), "阿依古丽", agrees=agrees)
    session.commit()

    answer = client.get("/honour")

    assert ("阿依古丽" in text_of(answer)) is listed
    assert "阿*丽" not in text_of(answer)
    assert ("2026年12月" in text_of(answer)) is listed
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_consent_that_is_withdrawn_takes_the_name_down_at_once(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    winner = given_candidate(session, selection_round, name="阿依古丽", consent_publicity=True)
    brought_through(session, selection_round, RoundAction.ISSUE)
    session.commit()
    assert "阿依古丽" in text_of(client.get("/honour"))

    winner.resident.consent_publicity = False
    session.commit()

    assert "阿依古丽" not in text_of(client.get("/honour"))
    assert "还没有人上榜" in text_of(client.get("/honour"))


def test_nobody_is_praised_before_the_cards_are_issued(
    client: FlaskClient, session: Session
) -> None:
    selection_round = given_round(session, given_community(session))
    given_candidate(session, selection_round, name="阿依古丽", consent_publicity=True)
    brought_through(session, selection_round, RoundAction.CONFIRM)
    session.commit()

    assert "阿依古丽" not in text_of(client.get("/honour"))


def test_a_roll_is_of_one_community(client: FlaskClient, session: Session) -> None:
    here, other = given_community(session), given_community(session)
    given_winner(session, here, "阿依古丽", agrees=True)
    session.commit()

    assert "阿依古丽" in text_of(client.get(f"/{here.slug}/honour"))
    assert "阿依古丽" not in text_of(client.get(f"/{other.slug}/honour"))


@pytest.mark.parametrize("after", ["nothing", "01890000-0000-7000-8000-000000000000"])
def test_a_place_that_is_none_is_answered_kindly(
    client: FlaskClient, session: Session, after: str
) -> None:
    given_community(session)
    session.commit()

    assert client.get(f"/honour?after={after}").status_code in {400, 404}
