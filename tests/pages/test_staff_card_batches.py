"""More cards than are drawn while somebody waits: a batch, and a page that tells how far it is."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour, Job, Round
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.cards.sheets import MOST_CARDS
from loyalty.services.cards.signing import Award, sign_cards
from loyalty.services.jobs import KEPT_FOR, MadeFile, add_file, get_on
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_card,
    given_community,
    given_resident,
    given_staff,
    honour_of,
)
from tests.pages.visits import enter, text_of, token_in

BATCHES = "/staff/card-sheets/batches"


def given_many_cards(session: Session, community: Community, count: int) -> Round:
    """The round of that many cards."""
    card = given_card(session, community)
    selection_round = session.get_one(Round, (community.id, card.round_id))
    honour = honour_of(session, community)
    awards = [_award(session, community, honour) for _ in range(count - 1)]
    sign_cards(session, selection_round, awards, sealing_key=SEALING_KEY, now=NOON)
    session.commit()
    return selection_round


def _award(session: Session, community: Community, honour: Honour) -> Award:
    holder = given_resident(session, community)
    return Award(holder.id, honour, 850, Month(2026, 12).last)


def given_batch(session: Session, community: Community) -> Job:
    """A batch of three cards of which nothing is drawn yet."""
    job = Job(
        community_id=community.id,
        kind="card_batch",
        account_id=given_account(session, community).id,
        wanted={},
        total=3,
        next_at=NOON,
        created_at=NOON,
        expires_at=NOON + KEPT_FOR,
    )
    session.add(job)
    session.commit()
    return job


def test_more_cards_than_are_drawn_at_once_become_a_batch_and_pressing_again_the_same(
    client: FlaskClient, session: Session, community: Community
) -> None:
    selection_round = given_many_cards(session, community, MOST_CARDS + 1)
    enter(client, session, community, Role.STAFF)
    page = f"/staff/rounds/{selection_round.id}/hand-out"
    token = token_in(client.get(page).get_data(as_text=True))

    address = f"/staff/card-sheets/of-round/{selection_round.id}/all"
    answers = [client.post(address, data={"csrf_token": token}) for _ in range(2)]

    job = session.scalars(select(Job)).one()
    assert {answer.location for answer in answers} == {f"{BATCHES}/{job.id}"}
    assert job.total == MOST_CARDS + 1
    shown = client.get(f"{BATCHES}/{job.id}")
    assert f"已画好0张，共{MOST_CARDS + 1}张" in text_of(shown)
    assert f"{BATCHES}/{job.id}" in client.get(page).get_data(as_text=True)


def test_the_page_of_a_batch_asks_anew_until_all_is_drawn_and_hands_its_files_out(
    client: FlaskClient, session: Session, community: Community
) -> None:
    job = given_batch(session, community)
    enter(client, session, community, Role.STAFF)
    page = f"{BATCHES}/{job.id}"
    assert client.get(page).headers["Refresh"] == "3"

    work = Work(session, given_staff(session, community), NOON)
    add_file(work, MadeFile(1, 3, b"%PDF-1.7"), job, 1, sealing_key=SEALING_KEY)
    get_on(job, 3, now=NOON)
    session.commit()

    done = client.get(page)
    assert "Refresh" not in done.headers
    assert "都画好了" in text_of(done)
    assert "第1到3张" in text_of(done)
    file = client.get(f"{page}/1.pdf")
    assert (file.mimetype, file.data) == ("application/pdf", b"%PDF-1.7")
    assert file.headers["Cache-Control"] == "no-store"
    assert client.get(f"{page}/2.pdf").status_code == 404


def test_a_batch_that_was_given_up_says_so(
    client: FlaskClient, session: Session, community: Community
) -> None:
    job = given_batch(session, community)
    job.finished_at = NOON
    enter(client, session, community, Role.STAFF)

    told = text_of(client.get(f"{BATCHES}/{job.id}"))

    assert "试了几次都不行" in told
    assert "都画好了" not in told


def test_a_batch_is_forgotten_after_a_day(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    job = given_batch(session, community)
    clock.move_to(NOON + KEPT_FOR - timedelta(seconds=2))
    enter(client, session, community, Role.STAFF)
    assert client.get(f"{BATCHES}/{job.id}").status_code == 200

    clock.move_to(NOON + KEPT_FOR)

    assert client.get(f"{BATCHES}/{job.id}").status_code == 404


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_nobody_but_staff_sees_a_batch(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    job = given_batch(session, community)
    enter(client, session, community, role)

    assert client.get(f"{BATCHES}/{job.id}").status_code == 403
    assert client.get(f"{BATCHES}/{job.id}/1.pdf").status_code == 403


def test_another_communitys_batch_is_unknown(
    client: FlaskClient, session: Session, community: Community
) -> None:
    job = given_batch(session, given_community(session))
    enter(client, session, community, Role.MANAGER)

    assert client.get(f"{BATCHES}/{job.id}").status_code == 404
    assert client.get(f"{BATCHES}/{job.id}/1.pdf").status_code == 404
