"""A shop's paper tally, judged as of its day."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Card, CardMonth, Community, Redemption, Shop
from loyalty.rules.card_action import CardAction
from loyalty.rules.card_number import number_of
from loyalty.rules.money import Fen
from loyalty.services.actors import StaffMember
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.checkout.reversals import VoidSale, void_sale
from loyalty.services.errors import RowsRefusedError
from loyalty.services.late_sales.paper_tally import (
    LineFault,
    RecordTally,
    TallyLine,
    line_faults,
    record_tally,
    sales_by_paper,
)
from loyalty.services.late_sales.upload import Outcome
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_card,
    given_shop,
)
from tests.kept_database import plain

WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
    " AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
)
YESTERDAY = NOON.date() - timedelta(days=1)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


class Desk:
    """The desk with its own connection, on which each statement is a transaction."""

    def __init__(self, database: str, session: Session, clerk: StaffMember, shop: Shop) -> None:
        self.database, self.session, self.clerk, self.shop = database, session, clerk, shop
        self.engine = session.get_bind()

    @contextmanager
    def opened(self) -> Iterator[tuple[Session, psycopg.Connection]]:
        """Another desk: a transaction of its own, and a connection beside it."""
        with (
            Session(self.engine) as own,
            psycopg.connect(plain(self.database), autocommit=True) as connection,
        ):
            yield own, connection

    def sheet(self, lines: Sequence[TallyLine], day: date = YESTERDAY) -> RecordTally:
        return RecordTally(self.shop.id, day, lines)

    def write(
        self, *lines: TallyLine, now: datetime = NOON, day: date = YESTERDAY
    ) -> list[Outcome]:
        self.session.commit()
        with psycopg.connect(plain(self.database), autocommit=True) as connection:
            sheet = self.sheet(lines, day)
            return list(record_tally(self.session, connection, self.clerk, sheet, now=now))

    def faults(self, *lines: TallyLine, now: datetime = NOON) -> dict[int, LineFault]:
        self.session.commit()
        with psycopg.connect(plain(self.database), autocommit=True) as connection:
            sheet = self.sheet(lines, now.date())
            return dict(line_faults(connection, self.clerk, sheet, now=now))


@pytest.fixture
def desk(database: str, session: Session, staff: StaffMember, shop: Shop) -> Desk:
    return Desk(database, session, staff, shop)


def line(card: Card, at: str = "10:21", total: int = 1290) -> TallyLine:
    return TallyLine(uuid4(), number_of(card.serial), time.fromisoformat(at), Fen(total))


def told(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    return [(outcome.outcome.value, outcome.verdict.value) for outcome in outcomes]


def test_lines_are_judged_in_the_order_of_the_day(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    community.uses_per_shop_day = 2

    outcomes = desk.write(line(card, "17:00"), line(card, "09:00"), line(card, "12:00"))

    assert told(outcomes) == [("flagged", "over_limit"), ("recorded", "ok"), ("recorded", "ok")]
    used = session.scalars(select(CardMonth)).one()
    assert used.uses[YESTERDAY.isoformat()] == 3


def test_what_a_till_recorded_that_day_counts_against_the_limit(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    community.uses_per_shop_day = 1
    used = {YESTERDAY.isoformat(): 1, f"{YESTERDAY.isoformat()}/{desk.shop.id}": 1}
    month = date(2026, 12, 1)
    session.add(
        CardMonth(community_id=community.id, card_id=card.id, month=month, saved_fen=0, uses=used)
    )

    assert told(desk.write(line(card))) == [("flagged", "over_limit")]


@pytest.mark.parametrize(
    ("at", "told_then"), [("09:59", ("recorded", "ok")), ("10:00", ("flagged", "suspended"))]
)
def test_a_card_is_judged_in_the_state_it_was_in_then(
    session: Session, community: Community, desk: Desk, at: str, told_then: tuple[str, str]
) -> None:
    card = given_card(session, community)
    lost_at = datetime.combine(YESTERDAY, time(10), tzinfo=NOON.tzinfo)
    lost = ActOnCard(card.id, CardAction.SUSPEND, "丢失")
    act_on_card(Work(session, desk.clerk, lost_at), lost, sealing_key=SEALING_KEY)

    assert told(desk.write(line(card, at))) == [told_then]


def test_a_card_that_was_found_again_was_lost_in_between(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    for hour, action in ((10, CardAction.SUSPEND), (14, CardAction.RESUME)):
        then = datetime.combine(YESTERDAY, time(hour), tzinfo=NOON.tzinfo)
        step = ActOnCard(card.id, action, "丢失")
        act_on_card(Work(session, desk.clerk, then), step, sealing_key=SEALING_KEY)

    outcomes = desk.write(line(card, "09:00"), line(card, "11:00"), line(card, "15:00"))

    assert told(outcomes) == [("recorded", "ok"), ("flagged", "suspended"), ("recorded", "ok")]


def test_what_would_have_been_refused_is_kept_with_its_amounts(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    desk.shop.state = "suspended"

    assert told(desk.write(line(card))) == [("flagged", "shop_not_certified")]

    sale = session.scalars(select(Redemption)).one()
    assert (sale.flag, sale.saved_fen, sale.account_id) == (
        "shop_not_certified",
        194,
        desk.clerk.account_id,
    )


@pytest.mark.parametrize(
    ("day", "verdict"), [(date(2026, 11, 30), "not_yet_valid"), (date(2026, 12, 1), "ok")]
)
def test_a_card_works_on_the_days_it_is_valid(
    session: Session, community: Community, desk: Desk, day: date, verdict: str
) -> None:
    card = given_card(session, community)

    (outcome,) = desk.write(line(card), day=day)

    assert outcome.verdict == verdict


def test_a_line_of_this_minute_has_come_and_the_next_has_not(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)

    faults = desk.faults(line(card, "12:00"), line(card, "12:01"))

    assert faults == {1: LineFault.TIME_TO_COME}


def test_the_same_sheet_drawn_anew_is_noticed_line_by_line(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    desk.write(line(card, "10:21"))

    with pytest.raises(RowsRefusedError) as refused:
        desk.write(line(card, "10:21"), line(card, "10:22"), line(card, "10:21", total=1291))

    assert list(refused.value.faults) == ["/lines/0"]
    assert session.scalar(select(func.count()).select_from(Redemption)) == 1


def test_a_line_that_was_voided_may_be_written_down_anew(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    (wrong,) = desk.write(line(card))
    assert wrong.redemption_id is not None
    void_sale(Work(session, desk.clerk, NOON), VoidSale(wrong.redemption_id, "看错"))

    assert told(desk.write(line(card))) == [("recorded", "ok")]

    with psycopg.connect(plain(desk.database), autocommit=True) as connection:
        sales = sales_by_paper(connection, desk.clerk, desk.shop.id, YESTERDAY)
    assert [sale.voided for sale in sales] == [True, False]


def test_a_line_that_was_recorded_is_not_changed_under_its_key(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    written = line(card)
    desk.write(written)
    changed = TallyLine(written.key, written.number, written.at, Fen(1390))

    with pytest.raises(RowsRefusedError):
        desk.write(changed)

    assert session.scalars(select(Redemption.total_fen)).all() == [1290]


def test_one_sheet_sent_by_eight_at_once_counts_once(
    session: Session, community: Community, desk: Desk
) -> None:
    community.uses_per_shop_day = None
    lines = [line(given_card(session, community), at) for at in ("09:00", "10:00", "11:00")]
    session.commit()

    def send(_: int) -> list[Outcome]:
        with desk.opened() as (own, connection):
            return list(record_tally(own, connection, desk.clerk, desk.sheet(lines), now=NOON))

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(send, range(8)))

    kinds = Counter(outcome.outcome.value for answer in answers for outcome in answer)
    assert kinds == {"recorded": 3, "replayed": 21}
    assert len({tuple(outcome.receipt for outcome in answer) for answer in answers}) == 1
    assert session.scalar(select(func.count()).select_from(Redemption)) == 3


def test_one_paper_typed_by_eight_at_once_counts_once(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    session.commit()

    def send(_: int) -> str:
        sheet = desk.sheet([line(card, "09:00")])
        with desk.opened() as (own, connection):
            try:
                record_tally(own, connection, desk.clerk, sheet, now=NOON)
            except RowsRefusedError:
                return "refused"
        return "recorded"

    with ThreadPoolExecutor(8) as crowd:
        answers = Counter(crowd.map(send, range(8)))

    assert answers == {"recorded": 1, "refused": 7}


def test_a_sheet_waits_while_another_of_its_shop_is_written_down(
    session: Session, community: Community, desk: Desk
) -> None:
    card = given_card(session, community)
    session.commit()

    def send() -> list[Outcome]:
        with desk.opened() as (own, connection):
            sheet = desk.sheet([line(card, "10:00")])
            return list(record_tally(own, connection, desk.clerk, sheet, now=NOON))

    with desk.opened() as (first, connection), ThreadPoolExecutor(1) as other:
        record_tally(first, connection, desk.clerk, desk.sheet([line(card, "09:00")]), now=NOON)
        later = other.submit(send)
        while not (waiting := connection.execute(WAITING).fetchone()) or not waiting[0]:
            assert not later.done()
        first.commit()

        assert told(later.result()) == [("recorded", "ok")]
