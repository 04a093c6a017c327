"""One community, and the same one among a thousand: what a neighbour costs, in one run.

    .venv/bin/python -m benchmarks.communities [--copies 999] [--rounds 100]

A community of 300 residents, 30 shops with a till each, and 300 cards, 100 for each of three
months, with five sales a card, twenty matters and thirty cases is built in the embedded PostgreSQL.
A second database of the same server gets 999 further communities of that size, copied by
`copy_communities`, whose rows lie mixed with those of the first. Then every call of a till and
every list of the console is timed in both databases in turn, through the services' own functions,
for the first community. Between the call and its answer lies PostgreSQL alone, so that what more
rows cost is not hidden by what else a request costs.

At last tills sell in the first community of the thousand while somebody edits shops of the others,
a hundred times a second: no sale may be refused.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask

from benchmarks.figures import Figure, run, say
from loyalty.app import create_app
from loyalty.clock import community_now
from loyalty.database import db, forget_connections, hot_connection, migrate, transaction
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.rules.calendar import Month
from loyalty.rules.card_state import CardState
from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.rules.verdict import Verdict
from loyalty.services.actors import Role, StaffMember
from loyalty.services.audit import find_audit_events
from loyalty.services.cards.acts import FindCards, find_cards
from loyalty.services.checkout.appraisal import ShownCard, appraise
from loyalty.services.checkout.book import FindRedemptions, redemptions_of
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard, record_sale, sale_of
from loyalty.services.errors import BusyError, CardRefusedError
from loyalty.services.late_sales.cases import FindCases, find_cases
from loyalty.services.ledger.benefit import sum_benefit
from loyalty.services.matters.matters import (
    FindMatters,
    MatterKind,
    RaiseMatter,
    Raiser,
    find_matters,
    raise_matter,
)
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.rounds.todo import todo_of
from loyalty.services.selection.planning import rounds_page
from loyalty.services.shops.finding import FindShops, find_shops
from loyalty.services.work import Work
from loyalty.settings import Settings
from tests.given import SECRET, given_card, given_community, given_shop, given_staff, paired_till
from tests.kept_database import named, plain
from tests.many_communities import MOST_COPIES, copy_communities

TIMEZONE = "Asia/Shanghai"
SHOPS, MONTHS, CARDS_A_MONTH, SALES_A_CARD, MATTERS = 30, 3, 100, 5, 20
FLAGGED_ONE_IN = 50
CHANCE = Random(20261209)
BASKET = Basket(total=Fen(2_480))

PAGE = 50
WARM_UP = 10
MOST = 1.2
"""How many times as long as alone anything may take among a thousand."""
EDITS_A_SECOND = 100
EDITED_FOR = 10
"""Seconds."""


@dataclass(slots=True)
class Town:
    """The measured community in one of the databases."""

    app: Flask
    database: str
    """Its name."""
    manager: StaffMember
    tills: list[str]
    """Their tokens."""
    cards: list[str]
    """What the codes of this month's cards hold."""
    directory: Directory = field(default_factory=Directory)

    @property
    def now(self) -> datetime:
        """Return the present instant there."""
        return community_now(TIMEZONE)


def measure(*, copies: int = MOST_COPIES, rounds: int = 100) -> list[Figure]:
    """Build both databases, and return what the others cost the one."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-communities-"))
    try:
        server = embedded_database(folder)
        alone = build(server, "alone", folder)
        among = put_among(server, "among", alone, copies, folder)
        times = compare(alone, among, rounds)
        return [
            *judge(times, f"among {copies + 1:,} communities", goal=MOST),
            *sell_beside_edits(server, among),
        ]
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)


def build(server: str, name: str, folder: Path) -> Town:
    """Build the community that is measured, in a database of its own."""
    execute(server, f"CREATE DATABASE {name}")
    migrate(named(server, name))
    app = make_app(named(server, name), folder)
    with app.app_context():
        session = db.session()
        community = given_community(session, uses_per_shop_day=None)
        manager = given_staff(session, community, Role.MANAGER)
        shops = [given_shop(session, community) for _ in range(SHOPS)]
        tills = [paired_till(session, shop)["Authorization"].partition(" ")[2] for shop in shops]
        town = Town(app, name, manager, tills, [])
        this_month = Month.of(town.now.date())
        for month in (this_month.plus(-back) for back in reversed(range(MONTHS))):
            cards = [
                given_card(session, community, valid_from=month.first, state="active")
                for _ in range(CARDS_A_MONTH)
            ]
            session.commit()
            town.cards = [card.token for card in cards]
            sell_all_month(town, month)
        for _ in range(MATTERS):
            raise_matter(
                Work(session, manager, town.now),
                RaiseMatter(MatterKind.NEED, "楼道的灯坏了", Raiser.STAFF),
            )
        session.commit()
        db.session.remove()
    execute(named(server, name), "VACUUM ANALYZE")
    return town


@contextmanager
def empty_town() -> Iterator[tuple[Flask, str]]:
    """Give the service on a database in which there is nothing, and its address."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-town-"))
    try:
        server = embedded_database(folder)
        execute(server, "CREATE DATABASE town")
        town = named(server, "town")
        migrate(town)
        app = make_app(town, folder)
        yield app, town
        with app.app_context():
            forget_connections()
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)


def make_app(database: str, folder: Path) -> Flask:
    """Return the service on a database."""
    return create_app(
        Settings(
            data_dir=folder,
            database_url=database,
            secret_key=SECRET,
            base_url="http://loyalty.test",
            limit_rates=False,
        )
    )


def sell_all_month(town: Town, month: Month) -> None:
    """Write the sales of a month's cards into the book, each under its own day; some flagged."""
    until = min(month.last, town.now.date())
    with hot_connection() as connection:
        for place in range(len(town.cards) * SALES_A_CARD):
            token, code = CHANCE.choice(town.tills), town.cards[place % len(town.cards)]
            shown, day = ShownCard(code, BASKET), CHANCE.randint(1, until.day)
            happened_at = town.now.replace(
                year=month.first.year, month=month.first.month, day=day, hour=CHANCE.randrange(24)
            )
            found = appraise(connection, town.directory, token, shown, at=happened_at)
            if found.card is None or found.serial is None:
                raise SystemExit(f"The card is {found.verdict}.")
            request = RedeemCard(shown, uuid4())
            counter = town.directory.counter(connection, token)
            sale = sale_of(
                request,
                found.serial,
                counter,
                found.card,
                found.quote,
                happened_at=happened_at,
                now=happened_at,
                flag=Verdict.OVER_LIMIT if place % FLAGGED_ONE_IN == 0 else None,
            )
            record_sale(connection, counter, found.card, request.idempotency_key, sale)


def put_among(server: str, name: str, alone: Town, copies: int, folder: Path) -> Town:
    """Return the same community in a second database, among copies of it."""
    with alone.app.app_context():
        forget_connections()
    execute(server, f"CREATE DATABASE {name} TEMPLATE {alone.database} STRATEGY FILE_COPY")
    began = time.perf_counter()
    with psycopg.connect(plain(named(server, name))) as connection:
        connection.execute("SET synchronous_commit = off")
        copy_communities(connection, copies)
    execute(named(server, name), "VACUUM ANALYZE")
    rows, size = count(named(server, name))
    say(
        f"{copies} copies in {time.perf_counter() - began:.0f} s: {rows:,} sales,"
        f" {size / 2**20:,.0f} MB"
    )
    return replace(
        alone, app=make_app(named(server, name), folder), database=name, directory=Directory()
    )


def execute(database: str, statement: str) -> None:
    """Run a statement that no transaction may hold."""
    with psycopg.connect(plain(database), autocommit=True) as connection:
        connection.execute(statement)


def count(database: str) -> tuple[int, int]:
    """Return how many sales a database holds, and its size in bytes."""
    with psycopg.connect(plain(database)) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM redemption), pg_database_size(current_database())"
        ).fetchone()
    return row or (0, 0)


def meet_everybody(town: Town) -> None:
    """Show each card once and let each till ask once, as by noon they have."""
    with town.app.app_context(), hot_connection() as connection:
        for code, till in zip(town.cards, cycle(town.tills), strict=False):
            shown = ShownCard(code, BASKET)
            appraise(connection, town.directory, till, shown, at=town.now)


def validate(town: Town) -> None:
    """Let a till ask what a card gives."""
    with hot_connection() as connection:
        shown = ShownCard(CHANCE.choice(town.cards), BASKET)
        till = CHANCE.choice(town.tills)
        appraise(connection, town.directory, till, shown, at=town.now)


def sell(town: Town) -> None:
    """Let a till sell."""
    with hot_connection() as connection:
        request = RedeemCard(ShownCard(CHANCE.choice(town.cards), BASKET), uuid4())
        redeem(connection, town.directory, CHANCE.choice(town.tills), request, now=town.now)


def in_console(look: Callable[[Work], Any]) -> Callable[[Town], None]:
    """Return what the console does to show a page: in one transaction, read and forgotten."""

    def shown(town: Town) -> None:
        with transaction(town.manager.community_id) as session:
            look(Work(session, town.manager, town.now))
        db.session.remove()

    return shown


def find_sales(work: Work, *, flagged: bool | None = None) -> Any:
    """Look at the sales of last month, or at flagged ones."""
    month = None if flagged else Month.of(work.now.date()).plus(-1)
    return redemptions_of(work, FindRedemptions(month, None, None, flagged, PAGE, None))


def sum_last_month(work: Work) -> Any:
    """Add up who gained what last month."""
    last = Month.of(work.now.date()).plus(-1)
    return sum_benefit(work, first=last, last=last)


WAYS: Mapping[str, Callable[[Town], None]] = {
    "validate": validate,
    "redeem": sell,
    "benefit of a month": in_console(sum_last_month),
    "to do": in_console(todo_of),
    "sales of a month": in_console(find_sales),
    "flagged sales": in_console(lambda work: find_sales(work, flagged=True)),
    "cards": in_console(lambda work: find_cards(work, FindCards(), limit=PAGE, after=None)),
    "cards to hand over": in_console(
        lambda work: find_cards(work, FindCards(state=CardState.ISSUED), limit=PAGE, after=None)
    ),
    "residents": in_console(lambda work: find_residents(work, FindResidents(PAGE))),
    "shops": in_console(lambda work: find_shops(work, FindShops(PAGE))),
    "rounds": in_console(lambda work: rounds_page(work, limit=PAGE, after=None)),
    "cases": in_console(lambda work: find_cases(work, FindCases(PAGE, open=True))),
    "matters": in_console(lambda work: find_matters(work, FindMatters(PAGE))),
    "audit": in_console(
        lambda work: find_audit_events(work.session, work.actor, limit=PAGE, after=None)
    ),
}


def compare(alone: Town, among: Town, rounds: int) -> Mapping[str, tuple[float, float]]:
    """Time every way in both databases in turn; return the milliseconds of both by half."""
    for town in (alone, among):
        meet_everybody(town)
    times = {}
    for name, way in WAYS.items():
        seconds: dict[str, list[float]] = {alone.database: [], among.database: []}
        for turn in range(rounds + WARM_UP):
            for town in (alone, among) if turn % 2 else (among, alone):
                with town.app.app_context():
                    began = time.perf_counter()
                    way(town)
                    if turn >= WARM_UP:
                        seconds[town.database].append(time.perf_counter() - began)
        one, many = (1000 * median(found) for found in seconds.values())
        times[name] = (one, many)
    return times


def judge(
    times: Mapping[str, tuple[float, float]], where: str, *, goal: float | None = None
) -> list[Figure]:
    """Return how long every way takes in the second database, and how that compares."""
    figures = []
    for name, (one, many) in times.items():
        figures.append(Figure(f"{name}, {where}", many, "ms"))
        figures.append(Figure(f"{name}, {where} / without", many / one, "", goal))
    return figures


def sell_beside_edits(server: str, town: Town) -> list[Figure]:
    """Sell while shops of other communities are edited; return how many sales were refused."""
    over = threading.Event()
    edits: list[float] = []
    editor = threading.Thread(target=edit_shops, args=(server, town, over, edits))
    editor.start()
    sold = refused = 0
    with town.app.app_context():
        until = time.perf_counter() + EDITED_FOR
        while time.perf_counter() < until:
            try:
                sell(town)
                sold += 1
            except (BusyError, CardRefusedError):
                refused += 1
    over.set()
    editor.join()
    beside = f"beside {len(edits) / EDITED_FOR:.0f} edits a second elsewhere"
    return [
        Figure(f"sales {beside}", sold / EDITED_FOR, "/s"),
        Figure(f"sales refused {beside}", refused, "", 0),
    ]


def edit_shops(server: str, town: Town, over: threading.Event, edits: list[float]) -> None:
    """Edit one shop after another of other communities, as often as is asked, until it is over."""
    with psycopg.connect(plain(named(server, town.database)), autocommit=True) as connection:
        shops = connection.execute(
            "SELECT community_id, id FROM shop WHERE community_id <> %s ORDER BY md5(id::text)"
            " LIMIT 2000",
            (town.manager.community_id,),
        ).fetchall()
        began = time.perf_counter()
        for shop in cycle(shops):
            if over.wait(max(0.0, began + len(edits) / EDITS_A_SECOND - time.perf_counter())):
                return
            connection.execute(
                "UPDATE shop SET discountable_per_sale_fen = 50000"
                " WHERE community_id = %s AND id = %s",
                shop,
            )
            edits.append(time.perf_counter())


if __name__ == "__main__":
    run(measure, __doc__)
