"""The street office reads the report of a month by a link: for a while, and until it is revoked."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, ReportLink
from loyalty.services.actors import Role
from loyalty.services.ledger.report_links import make_report_token
from tests.given import (
    NOON,
    SECRET,
    given_account,
    given_card,
    given_community,
    given_resident,
    given_shop,
)
from tests.given_contributions import given_contribution, given_party
from tests.given_sales import given_redemption
from tests.pages.visits import enter, press, send, text_of

LINKS = "/staff/figures/links"


@pytest.fixture
def _five_people(session: Session, community: Community) -> None:
    """Five people with a sale each, and what an enterprise gave."""
    shop = given_shop(session, community, name="馨香馕店")
    for place in range(5):
        person = given_resident(session, community, name=f"李秀英{place}")
        given_redemption(session, given_card(session, community, resident_id=person.id), shop)
    mill = given_party(session, community)
    given_contribution(
        session, community, kind="directed_purchase", giver="enterprises",
        giver_id=mill.id, amount_fen=1_234_567,
    )  # fmt: skip
    session.commit()


def make_link(client: FlaskClient, days: str = "30") -> str:
    """Let the manager make a link to December; return its address without the service's name."""
    answer = send(client, LINKS, month="2026-12", days=days)
    assert answer.status_code == 302, text_of(answer)
    found = re.search(r"(/report/[^<\s]+)", client.get(LINKS).get_data(as_text=True))
    assert found is not None
    return found[1]


@pytest.fixture
def address(client: FlaskClient, session: Session, community: Community, _five_people: None) -> str:
    """A link that works, and nobody signed in any more."""
    enter(client, session, community, Role.MANAGER)
    made = make_link(client)
    press(client, LINKS, "/staff/sign-out")
    return made


def test_whoever_has_the_link_reads_the_month_and_takes_its_briefing_without_an_account(
    client: FlaskClient, address: str
) -> None:
    page = client.get(address)

    said = text_of(page)
    assert "2026年12月的报告" in said
    assert "12,345.67" in said
    assert "李秀英" not in said
    assert "馨香馕店" not in said
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == (
        "no-store", "no-referrer",
    )  # fmt: skip
    assert "/staff/figures/contributions" not in page.get_data(as_text=True)
    briefing = client.get(f"{address}/briefing.docx")
    assert (briefing.status_code, briefing.data[:2]) == (200, b"PK")


def test_it_works_to_its_last_second_and_not_after(
    client: FlaskClient, address: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOON + timedelta(days=30) - timedelta(seconds=1))
    assert client.get(address).status_code == 200

    clock.move_to(NOON + timedelta(days=30))

    assert client.get(address).status_code == 404
    assert client.get(f"{address}/briefing.docx").status_code == 404


def test_a_manager_takes_it_back(
    client: FlaskClient, session: Session, community: Community, address: str
) -> None:
    enter(client, session, community, Role.MANAGER)
    link = session.scalars(select(ReportLink)).one()

    assert press(client, LINKS, f"{LINKS}/{link.id}/revoke").status_code == 302

    assert client.get(address).status_code == 404
    assert "已收回" in text_of(client.get(LINKS))


@pytest.mark.parametrize("place", [0, 10, 31, 33, -1])
def test_no_letter_of_it_can_be_changed(client: FlaskClient, address: str, place: int) -> None:
    head, _, token = address.rpartition("/")
    letters = list(token)
    letters[place] = "0" if letters[place] != "0" else "1"
    if place == -1:
        # The last letter holds bits that say nothing; another one is taken away with it.
        letters = letters[:-2]

    assert client.get(f"{head}/{''.join(letters)}").status_code == 404


def test_it_opens_nothing_of_another_community_nor_under_another_secret(
    client: FlaskClient, session: Session, address: str
) -> None:
    elsewhere = given_community(session)
    account = given_account(session, elsewhere)
    theirs = ReportLink(
        community_id=elsewhere.id, month=NOON.date().replace(day=1), created_by=account.id,
        created_at=NOON, expires_at=NOON + timedelta(days=1),
    )  # fmt: skip
    session.add(theirs)
    session.commit()
    _, _, slug, token = address.split("/")

    assert client.get(f"/report/{elsewhere.slug}/{token}").status_code == 404
    stolen = make_report_token(theirs, secret=SECRET)
    assert client.get(f"/report/{slug}/{stolen}").status_code == 404
    assert client.get(f"/report/{elsewhere.slug}/{stolen}").status_code == 200
    guessed = make_report_token(theirs, secret="another-secret-of-forty-letters-at-least-0")
    assert client.get(f"/report/{elsewhere.slug}/{guessed}").status_code == 404


def test_a_month_about_too_few_people_keeps_its_sums(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_redemption(session, given_card(session, community), given_shop(session, community))
    enter(client, session, community, Role.MANAGER)
    address = make_link(client)

    page = text_of(client.get(address))
    assert "不到5人" in page
    assert "1.50" not in page
    assert client.get(f"{address}/briefing.docx").status_code == 404


def words_of(briefing: bytes) -> str:
    """The text of a briefing without its markup."""
    with zipfile.ZipFile(io.BytesIO(briefing)) as file:
        return re.sub("<[^>]+>", "", file.read("word/document.xml").decode())


@pytest.mark.parametrize(("people", "told"), [(4, False), (5, True)])
def test_its_briefing_tells_of_the_month_before_if_enough_people_stand_behind_that(
    client: FlaskClient,
    session: Session,
    community: Community,
    address: str,
    people: int,
    *,
    told: bool,
) -> None:
    amounts = {"total_fen": 13_150, "discountable_fen": 13_150, "saved_fen": 12_300}
    shop = given_shop(session, community)
    for _ in range(people):
        card = given_card(session, community)
        given_redemption(session, card, shop, at=NOON - timedelta(days=30), **amounts)
    session.commit()

    words = words_of(client.get(f"{address}/briefing.docx").data)
    assert "7.50" in words
    assert (f"{people * 123}.00" in words) is told

    enter(client, session, community, Role.MANAGER)
    inside = client.get("/staff/figures/files/2026-12/briefing.docx")
    assert f"{people * 123}.00" in words_of(inside.data)


@pytest.mark.parametrize("days", ["0", "91", "x", ""])
def test_days_that_make_no_sense_are_told_beside_the_field(
    client: FlaskClient, session: Session, community: Community, days: str
) -> None:
    enter(client, session, community, Role.MANAGER)

    answer = send(client, LINKS, month="2026-12", days=days)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert session.scalars(select(ReportLink)).all() == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.COUNCIL, Role.PANEL])
def test_only_a_manager_makes_links(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    enter(client, session, community, role)

    assert client.get(LINKS).status_code == 403
