"""Nominating on the public form."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Nomination
from loyalty.rules.selection import RoundAction
from tests.given import given_community, given_resident, given_round
from tests.given_rounds import act, brought_through
from tests.pages.visits import receipt_in, send, text_of, token_in

SOMEBODY = {
    "honour": "civilized_resident",
    "source": "neighbour",
    "name": "张小明",
    "unit": "1号楼",
}


@pytest.fixture
def community(session: Session) -> Community:
    """A community with December's round open."""
    community = given_community(session)
    brought_through(session, given_round(session, community), RoundAction.OPEN)
    session.commit()
    return community


def voices(session: Session) -> list[Nomination]:
    session.rollback()
    return [*session.scalars(select(Nomination).order_by(Nomination.id))]


def without_number(page: str) -> str:
    return page.replace(receipt_in(page), "")


def test_a_neighbour_is_nominated_and_a_receipt_is_given(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_resident(session, community, name="张小明", unit="1号楼")
    session.commit()

    answer = send(client, "/nominate", **SOMEBODY)

    (voice,) = voices(session)
    assert (voice.source, voice.state) == ("neighbour", "accepted")
    assert voice.receipt == receipt_in(text_of(answer)).replace(" ", "")
    assert "推荐已收到" in text_of(answer)


def test_the_answer_is_the_same_whether_somebody_is_known_here_or_not(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_resident(session, community, name="张小明", unit="1号楼")
    session.commit()

    known = send(client, "/nominate", **SOMEBODY)
    again = send(client, "/nominate", **{**SOMEBODY, "source": "self"})
    stranger = send(client, "/nominate", **{**SOMEBODY, "name": "没有这个人"})

    assert [one.state for one in voices(session)] == ["accepted", "accepted", "pending"]
    pages = {without_number(text_of(answer)) for answer in (known, again, stranger)}
    assert len(pages) == 1


@pytest.mark.usefixtures("community")
def test_the_same_form_sent_again_is_one_voice_with_one_receipt(
    client: FlaskClient, session: Session
) -> None:
    first, again = (receipt_in(text_of(send(client, "/nominate", **SOMEBODY))) for _ in range(2))
    neighbour = client.application.test_client()
    another = receipt_in(text_of(send(neighbour, "/nominate", **SOMEBODY)))

    assert first == again != another
    assert len(voices(session)) == 2


@pytest.mark.parametrize("source", ["self", "neighbour"])
@pytest.mark.usefixtures("community")
def test_one_speaks_for_oneself_or_a_neighbour(
    client: FlaskClient, session: Session, source: str
) -> None:
    send(client, "/nominate", **{**SOMEBODY, "source": source})

    assert [voice.source for voice in voices(session)] == [source]


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "staff"},
        {"honour": "nobody"},
        {"name": ""},
        {"unit": ""},
        {"name": "\x00"},
        {"unit": "一" * 201},
    ],
)
@pytest.mark.usefixtures("community")
def test_what_makes_no_sense_is_said_and_not_taken_in(
    client: FlaskClient, session: Session, wrong: dict[str, str]
) -> None:
    answer = send(client, "/nominate", **{**SOMEBODY, **wrong})

    assert answer.status_code == 200
    assert 'class="wrong"' in answer.get_data(as_text=True)
    assert voices(session) == []


def test_without_an_open_round_the_page_says_so(client: FlaskClient, session: Session) -> None:
    given_round(session, given_community(session))
    session.commit()

    page = client.get("/nominate")

    assert "现在没有在推荐的评选" in text_of(page)
    assert "<form" not in page.get_data(as_text=True)


def test_a_round_that_moves_on_meanwhile_takes_nothing_in(
    client: FlaskClient, session: Session
) -> None:
    selection_round = given_round(session, given_community(session))
    brought_through(session, selection_round, RoundAction.OPEN)
    session.commit()
    page = client.get("/nominate").get_data(as_text=True)
    token = token_in(page)
    act(session, selection_round, RoundAction.SCREEN)
    session.commit()

    answer = client.post("/nominate", data={"csrf_token": token, **SOMEBODY})

    assert "现在没有在推荐的评选" in text_of(answer)
    assert voices(session) == []
