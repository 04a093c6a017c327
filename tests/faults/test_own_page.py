"""The door of an own page under attack, and one code at two tills at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, OwnPage, Redemption, Resident
from loyalty.rules.card_action import CardAction
from loyalty.rules.card_number import number_of
from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.rules.own_page import TRIES_BEFORE_A_LOCK
from loyalty.services.cards.acts import ActOnCard, act_on_card
from loyalty.services.checkout import appraisal, sale
from loyalty.services.checkout.appraisal import ShownCard, appraise
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RedeemCard
from loyalty.services.errors import CardRefusedError
from loyalty.services.privacy.erasing import carry_out_erasure
from loyalty.services.work import Work
from loyalty.settings import Settings
from tests.faults.guessing import Door, guess
from tests.faults.overlap import LONGEST
from tests.given import NOON, SEALING_KEY, SECRET, given_card, given_shop, given_staff, paired_till
from tests.given_own_pages import PIN, activated, rotating_code
from tests.kept_database import plain

PROCESSES = 4
GUESSES = 32
NUMBERS_A_MINUTE, CODES_A_MINUTE = 30, 10
NOBODYS_NUMBER = "12345678901244"

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"


@pytest.fixture
def door(session: Session, community: Community, database: str, tmp_path: Path) -> Door:
    card = given_card(session, community)
    activated(session, card)
    settings = Settings(tmp_path, database, SECRET, "http://loyalty.test", threads=2)
    return settings, community.slug, number_of(card.serial)


def try_all(door: Door, tries: Iterable[tuple[str, str]]) -> Counter[str]:
    """Return what came of guesses that are made from processes begun anew."""
    # What begins them has read the modules, and nothing else.
    begun = get_context("forkserver")
    begun.set_forkserver_preload([guess.__module__])
    with ProcessPoolExecutor(PROCESSES, mp_context=begun) as pool:
        return Counter(pool.map(guess, repeat(door), *zip(*tries, strict=True)))


def test_four_processes_guess_five_times_together_and_a_restart_gives_none_back(
    door: Door,
) -> None:
    pins = [f"{number:06}" for number in range(GUESSES)]

    first = try_all(door, [("pin", pin) for pin in pins])
    after_a_restart = try_all(
        door,
        [
            *(("pin", pin) for pin in [*pins[:PROCESSES], PIN]),
            *[("number", NOBODYS_NUMBER)] * (NUMBERS_A_MINUTE + PROCESSES),
            *[("code", "ABCD-EFGH-J")] * (CODES_A_MINUTE + PROCESSES),
        ],
    )

    assert first == {
        "pin wrong": TRIES_BEFORE_A_LOCK,
        "pin locked": GUESSES - TRIES_BEFORE_A_LOCK,
    }
    assert after_a_restart == {
        "pin locked": PROCESSES + 1,
        "number wrong": NUMBERS_A_MINUTE,
        "number locked": PROCESSES,
        "code wrong": CODES_A_MINUTE,
        "code locked": PROCESSES,
    }


class Till:
    """A till on a connection of its own, whose worker has met the card before."""

    def __init__(self, database: str, token: str, *, autocommit: bool) -> None:
        self.address = plain(database)
        self.connection = psycopg.connect(self.address, autocommit=autocommit)
        self.directory = Directory(SEALING_KEY)
        self.token = token

    def look(self, code: str) -> str:
        """Return the verdict on a code."""
        shown = ShownCard(code, Basket(Fen(1000)))
        return appraise(self.connection, self.directory, self.token, shown, at=NOON).verdict.value

    def sell(self, code: str) -> str:
        """Return what came of a sale."""
        request = RedeemCard(ShownCard(code, Basket(Fen(1000))), uuid4())
        try:
            redeem(self.connection, self.directory, self.token, request, now=NOON)
        except CardRefusedError as refusal:
            return refusal.verdict.value
        return "sold"


@pytest.fixture
def counter(
    session: Session, community: Community, database: str
) -> Iterator[tuple[Till, Till, str]]:
    """Two tills, of which the first does not commit before it is told to, and a code of now."""
    card = given_card(session, community)
    page = activated(session, card)
    headers = [paired_till(session, given_shop(session, community)) for _ in range(2)]
    one, two = (
        Till(database, one["Authorization"].split()[1], autocommit=autocommit)
        for one, autocommit in zip(headers, (False, True), strict=True)
    )
    yield one, two, rotating_code(page)
    one.connection.close()
    two.connection.close()


def overlapped(one: Till, first: Callable[[], str], second: Callable[[], str]) -> list[str]:
    """Do the second act while the first is done and not committed, and waits to be."""
    told = first()
    with ThreadPoolExecutor(1) as pool, psycopg.connect(one.address, autocommit=True) as watcher:
        later: Future[str] = pool.submit(second)
        while not later.done() and not _is_waited_for(watcher, one):
            pass
        one.connection.commit()
        return [told, later.result(LONGEST)]


def _is_waited_for(watcher: psycopg.Connection[Any], one: Till) -> bool:
    row = watcher.execute(WAITING, (one.connection.info.backend_pid,)).fetchone()
    return bool(row and row[0])


def suspend(session: Session, card: Card) -> None:
    """Do what staff do with a card that was stolen."""
    staff = given_staff(session, session.get_one(Community, card.community_id))
    request = ActOnCard(card.id, CardAction.SUSPEND, "stolen")
    act_on_card(Work(session, staff, NOON), request, sealing_key=SEALING_KEY)
    session.commit()


def erase(session: Session, card: Card) -> None:
    """Erase the holder of a card."""
    staff = given_staff(session, session.get_one(Community, card.community_id))
    resident = session.get_one(Resident, (card.community_id, card.resident_id))
    carry_out_erasure(Work(session, staff, NOON), resident, sealing_key=SEALING_KEY)
    session.commit()


HOLD_CARD = "SELECT FROM card WHERE community_id = %s AND id = %s FOR SHARE NOWAIT"


@pytest.mark.parametrize("act", [suspend, erase])
def test_whoever_ends_a_code_leaves_the_card_to_the_till_that_has_the_page(
    counter: tuple[Till, Till, str], session: Session, act: Callable[[Session, Card], None]
) -> None:
    """A sale locks the page and then the card; in another order the two wait for each other."""
    one, _, code = counter
    card = session.scalars(select(Card)).one()
    community_id, card_id = card.community_id, card.id
    session.commit()
    assert one.look(code) == "ok"

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold_card_when_waited_for, one, (community_id, card_id))
        act(session, card)
        held.result(LONGEST)


def hold_card_when_waited_for(one: Till, card: tuple[UUID, UUID]) -> None:
    """Go on to the card once somebody waits for the page, and let go of both."""
    with psycopg.connect(one.address, autocommit=True) as watcher:
        while not _is_waited_for(watcher, one):
            pass
    try:
        one.connection.execute(HOLD_CARD, card)
    finally:
        one.connection.rollback()


def test_of_two_tills_that_look_at_one_code_at_once_one_is_told_yes(
    counter: tuple[Till, Till, str],
) -> None:
    one, two, code = counter

    told = overlapped(one, partial(one.look, code), partial(two.look, code))

    assert told == ["ok", "bad_code"]


def test_without_the_condition_both_are_told_yes(
    counter: tuple[Till, Till, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    loose = appraisal.CARD_BY_STEP.replace(appraisal.FREE, "true")
    assert loose != appraisal.CARD_BY_STEP
    monkeypatch.setattr(appraisal, "CARD_BY_STEP", loose)
    one, two, code = counter

    assert overlapped(one, partial(one.look, code), partial(two.look, code)) == ["ok", "ok"]


@pytest.fixture
def sold_at_once(
    counter: tuple[Till, Till, str], session: Session
) -> Callable[[], tuple[list[str], int]]:
    """Sells at both tills with one code at once, and counts the sales."""
    one, two, code = counter

    def meet(till: Till) -> None:
        """Have the till's worker meet the card, so that its sale is one statement; it gives back
        what it has taken for that."""
        assert till.look(code) == "ok"
        till.connection.commit()
        session.query(OwnPage).update({"used_step": None, "used_till_id": None})
        session.commit()

    def sell() -> tuple[list[str], int]:
        meet(one)
        meet(two)
        told = overlapped(one, partial(one.sell, code), partial(two.sell, code))
        return told, session.query(Redemption).count()

    return sell


def test_of_two_tills_that_sell_with_one_code_at_once_one_makes_a_sale(
    sold_at_once: Callable[[], tuple[list[str], int]],
) -> None:
    assert sold_at_once() == (["sold", "bad_code"], 1)


def test_without_its_lock_both_make_a_sale(
    sold_at_once: Callable[[], tuple[list[str], int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    loose = sale.RECORD_SALE_BY_STEP.replace("FOR UPDATE", "")
    assert loose != sale.RECORD_SALE_BY_STEP
    monkeypatch.setattr(sale, "RECORD_SALE_BY_STEP", loose)

    assert sold_at_once() == (["sold", "sold"], 2)
