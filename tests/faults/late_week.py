"""A week of sales without network, and what must hold once it has been uploaded."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from math import floor
from operator import itemgetter
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
from psycopg import Cursor
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.models import Card, Community, Shop
from loyalty.rules.calendar import Month
from loyalty.rules.offline import IMPOSSIBLE_WITHIN
from loyalty.services.actors import Role
from tests.given import given_card, given_community, given_shop, given_till, signed_in
from tests.given_late_sales import Device, late_sale

DAYS = 7
USES_A_DAY = 2
OLDEST = (DAYS * 24 - 1) * 3600
"""Seconds: what is a week old when it is uploaded has come too late."""
SALES_A_CARD = 10
"""In the week, on average: enough for some cards to go over their limit on some days."""
TIMEZONE = "Asia/Shanghai"
CHANCE = Random(20261209)  # noqa: S311  # the same week in every run, and no secret

Row = Mapping[str, Any]
"""One row of a table."""


@dataclass(frozen=True, slots=True)
class LateTill:
    """A till with what it sold in the week."""

    id: UUID
    shop_id: UUID
    token: str
    items: Sequence[dict[str, Any]]
    """Numbered, chained and signed in the order they were sold."""


@dataclass(frozen=True, slots=True)
class Week:
    """Everything that was sold without network."""

    community_id: UUID
    tills: Sequence[LateTill]
    cards: Mapping[str, UUID]
    """Ids by their tokens; the first one was revoked meanwhile."""
    staff: dict[str, str]


def given_week(session: Session, *, tills: int, sales: int) -> Week:
    """A community whose tills, two in each shop, have sold without network; commits it.

    Args:
        sales: of each till.
    """
    now = community_now(TIMEZONE)
    community = given_community(session, uses_per_day=USES_A_DAY, uses_per_shop_day=None)
    cards = [_card(session, community, now) for _ in range(tills * sales // SALES_A_CARD)]
    cards[0].state = "revoked"
    tokens = [card.token for card in cards]
    shops = [given_shop(session, community) for _ in range(tills // 2)]
    return Week(
        community_id=community.id,
        tills=[_till(session, shop, tokens, sales, now) for shop in shops for _ in range(2)],
        cards={card.token: card.id for card in cards},
        staff=signed_in(session, community, Role.STAFF),
    )


def _card(session: Session, community: Community, now: datetime) -> Card:
    first = Month.of((now - timedelta(days=DAYS + 1)).date()).first
    return given_card(session, community, valid_from=first, valid_until=Month.of(now.date()).last)


def _till(
    session: Session, shop: Shop, tokens: Sequence[str], sales: int, now: datetime
) -> LateTill:
    """A till that has sold all week, and to the last card when every other till did."""
    device, token = Device(), f"till_{uuid4().hex}"
    till = given_till(
        session,
        shop,
        token_hash=hashlib.sha256(token.encode()).digest(),
        device_public_key=device.public_key,
    )
    sold = [_sale(tokens, now) for _ in range(sales - 1)]
    sold.append(_sale(tokens[-1:], now, ago=timedelta(hours=3)))
    sold.sort(key=itemgetter("happened_at"))
    return LateTill(till.id, shop.id, token, [device.seal(sale) for sale in sold])


def _sale(tokens: Sequence[str], now: datetime, *, ago: timedelta | None = None) -> dict[str, Any]:
    total = CHANCE.randint(1, 50_000)
    ago = ago or timedelta(seconds=CHANCE.randint(1, OLDEST))
    return late_sale(
        CHANCE.choice(tokens),
        at=now - ago,
        total_fen=total,
        excluded_fen=CHANCE.choice([0, 0, total // 3]),
    )


def shuffled_uploads(week: Week) -> Sequence[tuple[LateTill, Sequence[dict[str, Any]]]]:
    """Every sale twice, shuffled: some of them twice in one upload, some in two."""
    uploads = []
    for till in week.tills:
        items = [*till.items, *till.items]
        CHANCE.shuffle(items)
        half = len(till.items) // 2
        uploads += [(till, items[begin : begin + half]) for begin in range(0, len(items), half)]
    CHANCE.shuffle(uploads)
    return uploads


def payable(item: Mapping[str, Any]) -> int:
    """What the customer pays at 8.5折, reckoned apart from our rules."""
    part = item["total_fen"] - item["excluded_fen"]
    return floor(Fraction(part) * 85 / 100) + int(item["excluded_fen"])


def assert_the_week_is_recorded_once(week: Week, book: Cursor[dict[str, Any]]) -> None:
    """Each sale stands in the book once, as it was made; its sums, flags and cases are right."""
    rows = book.execute(
        "SELECT * FROM redemption WHERE community_id = %s", (week.community_id,)
    ).fetchall()
    by_key = {str(row["idempotency_key"]): row for row in rows}
    assert len(rows) == len(by_key) == sum(len(till.items) for till in week.tills)
    for till in week.tills:
        for item in till.items:
            _assert_as_it_was_made(by_key[item["idempotency_key"]], till, item)
    _assert_sums_are_right(week, rows, book)
    _assert_flags_are_right(week, rows)
    _assert_cases_are_right(week, rows, book)


def _assert_as_it_was_made(row: Row, till: LateTill, item: Mapping[str, Any]) -> None:
    assert (row["till_id"], row["shop_id"], row["offline"]) == (till.id, till.shop_id, True)
    assert row["happened_at"] == datetime.fromisoformat(item["happened_at"])
    assert (row["total_fen"], row["payable_fen"]) == (item["total_fen"], payable(item))


def _assert_sums_are_right(week: Week, rows: Iterable[Row], book: Cursor[dict[str, Any]]) -> None:
    """What each card saved is what was sold to it, and what its months have counted."""
    sold: Counter[UUID] = Counter()
    for till in week.tills:
        for item in till.items:
            sold[week.cards[item["code"]]] += item["total_fen"] - payable(item)
    recorded: Counter[UUID] = Counter()
    for row in rows:
        recorded[row["card_id"]] += row["saved_fen"]
    counted: Counter[UUID] = Counter()
    for month in book.execute(
        "SELECT * FROM card_month WHERE card_id = ANY(%s)", (list(week.cards.values()),)
    ):
        counted[month["card_id"]] += month["saved_fen"]

    assert sold == recorded == counted


def _assert_flags_are_right(week: Week, rows: Iterable[Row]) -> None:
    """Of the uses of a card on a day all but the first two are over the limit."""
    revoked = next(iter(week.cards.values()))
    uses: Counter[tuple[UUID, date]] = Counter()
    flags: dict[tuple[UUID, date], Counter[str | None]] = defaultdict(Counter)
    for row in rows:
        uses[row["card_id"], row["happened_on"]] += 1
        flags[row["card_id"], row["happened_on"]][row["flag"]] += 1
    for (card, day), times in uses.items():
        within = min(times, USES_A_DAY)
        wanted = (
            {"revoked": times} if card == revoked else {None: within, "over_limit": times - within}
        )
        assert flags[card, day] == Counter(wanted)
    assert {"revoked", "over_limit"} <= {flag for found in flags.values() for flag in +found}


def _assert_cases_are_right(
    week: Week, rows: Collection[Row], book: Cursor[dict[str, Any]]
) -> None:
    """Each flagged sale is one case, and of two sales at impossible times the later to arrive."""
    cases = book.execute(
        "SELECT * FROM sale_case WHERE community_id = %s", (week.community_id,)
    ).fetchall()
    about = defaultdict(list)
    for case in cases:
        about[case["kind"]].append(case["redemption_id"])
    impossible = [frozenset(pair) for pair in _impossible_pairs(rows)]
    listed = [
        frozenset({case["redemption_id"], case["other_redemption_id"]})
        for case in cases
        if case["kind"] == "impossible_times"
    ]

    assert about.keys() == {"flagged", "impossible_times"}
    assert sorted(about["flagged"]) == sorted(row["id"] for row in rows if row["flag"])
    assert set(listed) <= set(impossible)
    assert all(pair & set(about["impossible_times"]) for pair in impossible)


def _impossible_pairs(rows: Iterable[Row]) -> Iterator[tuple[UUID, UUID]]:
    by_card = defaultdict(list)
    for row in rows:
        by_card[row["card_id"]].append(row)
    for sales in by_card.values():
        for one, other in combinations(sales, 2):
            apart = abs(one["happened_at"] - other["happened_at"])
            if one["shop_id"] != other["shop_id"] and apart < IMPOSSIBLE_WITHIN:
                yield one["id"], other["id"]


def assert_every_number_has_arrived(week: Week, service: str) -> None:
    """Staff are told of no gap, clone or broken chain."""
    for till in week.tills:
        report = _read(f"{service}/tills/{till.id}/numbering", week.staff)
        assert report["arrived"] == report["highest"] == len(till.items)
        assert report["gaps"] == report["clones"] == report["broken"] == []


def _read(address: str, headers: dict[str, str]) -> Any:
    """Ask a service that may have lost its database: a worker notices it at its next question."""
    for _ in range(4):
        answer = httpx.get(address, headers=headers, trust_env=False)
        if not answer.is_server_error:
            break
    return answer.json()
