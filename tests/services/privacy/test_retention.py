"""What is kept for a time is forgotten when it is over, and no figure changes by it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from loyalty.models import (
    Card,
    CardMonth,
    Community,
    MonthPeople,
    OwnPageSession,
    QuarantinedSale,
    Redemption,
    SaleCase,
    Shop,
    Till,
)
from loyalty.rules.arrival import LATEST
from loyalty.rules.calendar import Month
from loyalty.rules.retention import CASES, LINKS_OF_SALES
from loyalty.services.checkout.reversals import VoidSale, void_sale
from loyalty.services.errors import KeyReusedError
from loyalty.services.ledger.benefit import Benefit, sum_benefit_in
from loyalty.services.ledger.month_people import keep_month_people
from loyalty.services.own_page.overview import MONTHS
from loyalty.services.privacy.housekeeping import House, carry_out
from loyalty.services.privacy.retention import forget_cases, forget_uses, part_sales_from_cards
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_card,
    given_community,
    given_resident,
    given_shop,
    given_staff,
    given_till,
)
from tests.given_late_sales import given_case
from tests.given_own_pages import activated
from tests.given_sales import given_redemption

DECEMBER = Month(2026, 12)
LATER = NOON + LINKS_OF_SALES
ALMOST = LATER - timedelta(minutes=1)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


@pytest.fixture
def till(session: Session, shop: Shop) -> Till:
    return given_till(session, shop)


@pytest.fixture
def card(session: Session, community: Community) -> Card:
    return given_card(session, community)


def told(*values: object) -> tuple[object, ...]:
    """What records say by now, whatever they said when they were looked at last."""
    return values


def part(session: Session, community: Community, *, now: datetime = LATER) -> int:
    keep_month_people(session, community, today=now.date())
    parted = part_sales_from_cards(session, community.id, now=now)
    session.expire_all()
    return parted


def benefit(session: Session, community: Community, last: Month = DECEMBER) -> Benefit:
    return sum_benefit_in(session, community.id, first=DECEMBER, last=last)


def test_a_sale_loses_its_card_in_time_and_keeps_the_rest(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    sale = given_redemption(session, card, shop, till_id=till.id)

    assert part(session, community, now=ALMOST) == 0
    assert sale.card_id == card.id
    assert part(session, community) == 1
    assert told(sale.card_id, sale.request_hash) == (None, None)
    assert (sale.shop_id, sale.honour_id, sale.saved_fen) == (shop.id, card.honour_id, 150)


def test_a_sheet_of_paper_and_the_months_of_a_holder_find_the_card() -> None:
    """Sheets are compared with sales by their cards, and a holder's months are added up by them."""
    last_of_a_sheet = timedelta(days=LATEST + 1)
    longest = max(month.plus(MONTHS).first - month.first for month in map(DECEMBER.plus, range(48)))

    assert last_of_a_sheet <= LINKS_OF_SALES
    assert longest < LINKS_OF_SALES


def test_a_session_of_an_own_page_is_removed_when_it_has_expired(
    session: Session, community: Community, card: Card
) -> None:
    page = activated(session, card)
    own = {"community_id": community.id, "own_page_id": page.id, "activating": False}
    for token_hash, expires_at in ((b"over", NOON), (b"open", NOON + timedelta(seconds=1))):
        times = {"created_at": NOON - timedelta(days=1), "expires_at": expires_at}
        session.add(OwnPageSession(**own, **times, token_hash=token_hash))
    session.flush()

    carry_out("the rest", House(session, community, NOON, SEALING_KEY, []))

    assert session.scalars(select(OwnPageSession.token_hash)).all() == [b"open"]


def test_nothing_is_left_to_do_the_second_time(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    given_redemption(session, card, shop, till_id=till.id)
    part(session, community)

    assert part(session, community) == 0


def test_no_figure_of_the_month_changes(
    session: Session, community: Community, till: Till, shop: Shop
) -> None:
    couple = [given_resident(session, community, household_ref="h1") for _ in range(2)]
    for person in (*couple, given_resident(session, community)):
        own = given_card(session, community, resident_id=person.id)
        given_redemption(session, own, shop, till_id=till.id)
        given_redemption(session, own, shop, till_id=till.id, flag=None)
    before = benefit(session, community)
    assert (before.totals.people, before.totals.households) == (3, 2)

    assert part(session, community) == 6

    assert benefit(session, community) == before


def test_over_several_months_nobody_can_count_the_people_any_more(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    given_redemption(session, card, shop, till_id=till.id)
    january = Month(2027, 1)
    assert benefit(session, community, january).totals.people == 1

    part(session, community)

    found = benefit(session, community, january)
    assert (found.totals.people, found.totals.households) == (None, None)
    assert (found.totals.uses, found.totals.saved_fen) == (1, 150)
    assert [share.sums.people for share in found.by_month] == [1]
    assert [share.sums.people for share in found.by_shop] == [None]


def test_a_month_is_counted_when_its_figures_are_out_and_not_before(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    given_redemption(session, card, shop, till_id=till.id)
    out = date(2027, 1, 8)

    assert keep_month_people(session, community, today=out) == 0
    assert keep_month_people(session, community, today=out + timedelta(days=1)) == 1
    assert keep_month_people(session, community, today=out + timedelta(days=1)) == 0
    parts = session.scalars(select(MonthPeople.part)).all()
    assert sorted(parts) == ["all", "honour", "shop", "shop_new", "trade"]


def test_a_month_that_was_not_counted_keeps_its_cards(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    given_redemption(session, card, shop, till_id=till.id)

    assert part_sales_from_cards(session, community.id, now=LATER) == 0


def test_a_sale_that_a_case_is_open_about_waits(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    sale = given_redemption(session, card, shop, till_id=till.id, flag="revoked")

    assert part(session, community) == 0

    decide(session, session.scalars(select(SaleCase)).one(), "好", LATER)
    assert part(session, community) == 1
    assert sale.card_id is None


def test_what_was_taken_back_goes_with_its_sale(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    sale = given_redemption(session, card, shop, till_id=till.id)
    back = Work(session, given_staff(session, community), ALMOST)
    entry = void_sale(back, VoidSale(sale.id, "退货"))
    assert entry.card_id == card.id

    assert part(session, community) == 2
    assert told(sale.card_id, entry.card_id) == (None, None)


def test_what_was_taken_back_yesterday_may_be_sent_again(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    sale = given_redemption(session, card, shop, till_id=till.id, request_hash=b"sale")
    back = Work(session, given_staff(session, community), ALMOST)
    request = VoidSale(sale.id, "退货", idempotency_key=uuid4())
    entry = void_sale(back, request)

    assert part(session, community) == 2

    assert told(sale.request_hash, entry.card_id) == (None, None)
    assert void_sale(back, request).id == entry.id
    with pytest.raises(KeyReusedError):
        void_sale(back, replace(request, reason="打错"))


def test_a_sale_without_a_card_can_still_be_taken_back(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    sale = given_redemption(session, card, shop, till_id=till.id)
    part(session, community)

    entry = void_sale(
        Work(session, given_staff(session, community), LATER), VoidSale(sale.id, "打错")
    )

    assert (entry.card_id, entry.saved_fen) == (None, -150)
    assert benefit(session, community).totals.people == 1
    march = sum_benefit_in(session, community.id, first=Month(2027, 3), last=Month(2027, 3))
    assert (march.totals.people, march.totals.saved_fen) == (0, -150)


def test_another_communitys_sales_are_not_touched(session: Session, community: Community) -> None:
    theirs = given_community(session)
    shop = given_shop(session, theirs)
    sale = given_redemption(
        session, given_card(session, theirs), shop, till_id=given_till(session, shop).id
    )

    part(session, community)

    assert sale.card_id is not None


FORBIDDEN = (
    "UPDATE redemption SET card_id = :other WHERE id = :sale",
    "UPDATE redemption SET card_id = NULL, total_fen = 0 WHERE id = :sale",
    "UPDATE redemption SET reason = 'x' WHERE id = :sale",
    "UPDATE redemption SET flag = NULL WHERE id = :sale",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_else_of_an_entry_is_ever_changed(
    session: Session, card: Card, till: Till, shop: Shop, statement: str
) -> None:
    sale = given_redemption(session, card, shop, till_id=till.id, flag="revoked")
    other = given_card(session, session.get_one(Community, card.community_id))

    with pytest.raises(DatabaseError, match="written once"):
        session.execute(text(statement), {"sale": sale.id, "other": other.id})


def test_an_entry_may_lose_its_card_and_nothing_else(
    session: Session, card: Card, till: Till, shop: Shop
) -> None:
    """The control: it is not for the way of asking that the others are refused."""
    sale = given_redemption(session, card, shop, till_id=till.id)

    session.execute(
        text("UPDATE redemption SET card_id = NULL WHERE id = :sale"), {"sale": sale.id}
    )


def test_on_which_days_a_card_was_used_is_forgotten_too(
    session: Session, community: Community, card: Card, shop: Shop
) -> None:
    uses = {f"2026-12-{day}{at}": 1 for day in ("08", "09") for at in ("", f"/{shop.id}")}
    own = {"community_id": community.id, "card_id": card.id}
    session.add_all(
        [
            CardMonth(**own, month=date(2026, 11, 1), saved_fen=1, uses={"2026-11-30": 1}),
            CardMonth(**own, month=date(2026, 12, 1), saved_fen=2, uses=uses),
        ]
    )
    session.flush()

    forget_uses(session, community.id, now=LATER)

    session.expire_all()
    (left,) = session.scalars(select(CardMonth)).all()
    assert left.uses == {"2026-12-09": 1, f"2026-12-09/{shop.id}": 1}
    assert left.saved_fen == 2


def decide(session: Session, case: SaleCase, reason: str, at: datetime) -> None:
    decider = given_account(session, session.get_one(Community, case.community_id)).id
    case.decision, case.reason = "charge_nobody", reason
    case.decided_at, case.decided_by = at, decider
    session.flush()


def decided_case(session: Session, till: Till, at: datetime) -> UUID:
    community = session.get_one(Community, till.community_id)
    kept = QuarantinedSale(
        community_id=community.id,
        till_id=till.id,
        idempotency_key=till.id,
        serial="123456789012",
        happened_at=NOON,
        arrived_at=NOON,
    )
    session.add(kept)
    session.flush()
    case = given_case(
        session, community, shop_id=till.shop_id, till_id=till.id, quarantined_sale_id=kept.id
    )
    decide(session, case, "是张小明的卡", at)
    return kept.id


def test_a_case_forgets_its_card_and_its_reason_ninety_days_after_the_decision(
    session: Session, community: Community, till: Till
) -> None:
    kept_id = decided_case(session, till, NOON)

    forget_cases(session, community.id, now=NOON + CASES - timedelta(minutes=1))
    session.expire_all()
    kept = session.get_one(QuarantinedSale, (community.id, kept_id))
    assert kept.serial is not None
    forget_cases(session, community.id, now=NOON + CASES)
    session.expire_all()
    case = session.scalars(select(SaleCase)).one()
    assert told(kept.serial, case.reason, case.decision) == (None, "—", "charge_nobody")


def test_all_entries_are_parted_whose_time_is_over(
    session: Session, community: Community, card: Card, till: Till, shop: Shop
) -> None:
    """A restored backup may hold years of them."""
    for day in range(3):
        given_redemption(session, card, shop, till_id=till.id, at=NOON - timedelta(days=40 * day))

    assert part(session, community) == 3
    left = select(Redemption.id).where(Redemption.card_id.is_not(None))
    assert session.scalars(left).all() == []
