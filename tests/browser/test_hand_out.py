"""From cards that are signed to cards in all hands: how often somebody of the staff clicks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Response, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, Card, Community
from loyalty.services.actors import Role
from tests.browser.monthly_round import Worker, given_neighbours, given_person
from tests.given import given_card

CARDS = 135
MOST_CLICKS = 6

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def staff(
    browser: Browser, service: str, session: Session, community: Community
) -> Iterator[Worker]:
    """Somebody of the staff, and a round whose cards nobody has yet, in four areas."""
    areas = [Area(community_id=community.id, name=name) for name in ("东区", "南区", "西区")]
    session.add_all(areas)
    session.flush()
    for place, resident in enumerate(given_neighbours(session, community, CARDS)):
        resident.area_id = areas[place // 40].id if place // 40 < len(areas) else None
        given_card(session, community, resident_id=resident.id)
    account = given_person(session, community, "陈干事", Role.STAFF)
    session.commit()
    staff = Worker(browser, service, account)
    staff.sign_in()
    yield staff
    staff.page.context.close()


def press_for_a_file(staff: Worker, name: str) -> str:
    """Press what answers with a file in a window of its own; return of what kind it is."""
    context = staff.page.context

    def is_file(answer: Response) -> bool:
        return answer.url.endswith(("/all", ".pdf"))

    with context.expect_page() as opened, context.expect_event("response", is_file) as answered:
        staff.press(name)
    opened.value.close()
    kind: str = answered.value.headers["content-type"]
    return kind


def test_135_cards_are_printed_and_handed_out_in_six_clicks(
    session: Session, staff: Worker
) -> None:
    staff.picture("40-home")
    staff.press("去发放")
    staff.picture("41-hand-out")
    printed = [press_for_a_file(staff, name) for name in ("打印全部卡片", "打印签收单")]
    staff.press("全部已交到")
    staff.picture("42-sure")
    staff.press("是，都交到了")

    expect(staff.page.get_by_text(f"{CARDS}张卡记为已交到本人。")).to_be_visible()
    staff.picture("43-handed-out")
    assert printed == ["application/pdf"] * 2
    assert session.scalars(select(Card.state)).all() == ["active"] * CARDS
    print(f"{CARDS} cards printed, signed for and handed out: {staff.clicks} clicks")  # noqa: T201  # read with -rP
    assert staff.clicks <= MOST_CLICKS


def test_a_lost_card_is_found_and_replaced_in_two_clicks_and_is_next_to_be_printed(
    session: Session, staff: Worker
) -> None:
    lost = session.scalars(select(Card).order_by(Card.id)).first()
    assert lost is not None
    staff.page.goto("/staff/cards")
    staff.page.get_by_label("姓名、拼音、住址，或者卡号末四位").fill("1号楼01室")
    staff.page.keyboard.press("Enter")
    expect(staff.page.locator("tbody tr")).to_have_count(1)
    staff.picture("44-found")
    staff.clicks = 0

    staff.click(staff.page.get_by_role("link", name="补卡"))
    staff.picture("45-why")
    staff.press("丢了")

    expect(staff.page.get_by_role("heading", name="打印卡片")).to_be_visible()
    session.rollback()
    new = session.scalars(select(Card).where(Card.reissue_of_id == lost.id)).one()
    assert str(new.id) in staff.page.url
    assert staff.clicks == 2
    staff.page.goto(f"/staff/cards/{lost.id}")
    staff.picture("46-old-card")
