"""What a card gives at a till, here and now: one indexed query and the rules."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from loyalty.prepared import Row, fetch_one
from loyalty.rules.card_state import CardState
from loyalty.rules.discount import Basket, Quote, Terms, pay_for, quote
from loyalty.rules.goods import place_of_unknown
from loyalty.rules.limits import PassedLimit, Used, find_passed_limit, is_over_limit
from loyalty.rules.money import NOTHING, Fen, Permille
from loyalty.rules.verdict import MEANINGS, Verdict, Visit, verdict_on
from loyalty.services.checkout.guessing import count_unknown, refuse_guessing
from loyalty.services.checkout.memory import CardTerms, Counter, Directory, SellingShop
from loyalty.services.checkout.reading import ShownStep, read_code
from loyalty.services.errors import BusyError, ValueRefusedError

TRIES = 5
"""How often is tried again what policy or card changed under, between look and lock."""

UNUSED = Used(uses_at_shop_today=0, uses_today=0, saved_this_month=NOTHING)

COLUMNS = """
       directory_version.version AS directory_version,
       card.id, card.serial, card.community_id, card.honour_id, card.pay_permille,
       card.valid_from, card.valid_until, card.state,
       coalesce((card_month.uses ->> %(day)s)::int, 0) AS uses_today,
       coalesce((card_month.uses ->> %(at_shop)s)::int, 0) AS uses_at_shop_today,
       coalesce(card_month.saved_fen, 0) AS saved_this_month
"""

USED_UP = """
  LEFT JOIN card_month
    ON card_month.community_id = card.community_id AND card_month.card_id = card.id
   AND card_month.month = %(month)s
 WHERE directory_version.community_id = %(community)s
"""

CARD_BY_SERIAL = f"""
SELECT {COLUMNS}
  FROM directory_version
  LEFT JOIN card
    ON card.community_id = directory_version.community_id AND card.serial = %(serial)s
{USED_UP}
"""  # noqa: S608  # parts of our own

FREE = """
((%(fresh)s AND (used_step IS NULL OR used_step < %(step)s::int))
 OR (used_step = %(step)s::int AND used_till_id = %(till)s AND NOT used_up))
"""
"""A code that no till has taken, or this one without having made its sale."""

BEST_CARD = """
SELECT * FROM card
 WHERE card.community_id = own_page.community_id AND card.resident_id = own_page.resident_id
 ORDER BY %(date)s BETWEEN valid_from AND valid_until DESC, state = 'revoked', state = 'suspended',
          pay_permille, valid_from DESC, id DESC
 LIMIT 1
"""
"""Of the cards of a page's holder: one of the day, that works, at the better rate."""

SERIAL_BY_HANDLE = f"""
SELECT card.serial FROM own_page JOIN LATERAL ({BEST_CARD}) AS card ON true
 WHERE own_page.community_id = %(community)s AND own_page.handle = %(handle)s
"""  # noqa: S608  # parts of our own

CARD_BY_STEP = f"""
WITH taken AS (
    UPDATE own_page SET used_step = %(step)s::int, used_till_id = %(till)s, used_up = false
     WHERE community_id = %(community)s AND handle = %(handle)s AND %(live)s AND {FREE}
    RETURNING id
)
SELECT {COLUMNS},
       CASE WHEN %(live)s THEN EXISTS (SELECT FROM taken)
            ELSE %(step)s::int IS NOT NULL AND own_page.id IS NOT NULL END AS accepted
  FROM directory_version
  LEFT JOIN own_page ON own_page.community_id = directory_version.community_id
   AND own_page.handle = %(handle)s
  LEFT JOIN LATERAL ({BEST_CARD}) AS card ON true
{USED_UP}
"""  # noqa: S608  # parts of our own
"""What the holder's best card gives, and whether the till may have the code. It takes it, so that
of two tills one is told yes.
"""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card at a till, and what is being bought."""

    code: str
    """As scanned or typed: a token, its URL, or the number."""
    basket: Basket | None = None
    """None where a stall only verifies the card."""
    payable: Fen | None = None
    """What the till itself worked out; None if it left that to us."""


@dataclass(frozen=True, slots=True)
class CardNow:
    """A card with its state and what it has used up, read a moment ago."""

    terms: CardTerms
    state: CardState
    used: Used


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The answer to a shown card."""

    verdict: Verdict
    serial: str | None = None
    """None where the code names no card of this community; what a code that is too old names is
    known, and not told."""
    card: CardTerms | None = None
    honour: str | None = None
    """Code of the card's honour."""
    pay: Permille | None = None
    """What the holder pays at this counter."""
    quote: Quote | None = None
    """None where the card gives nothing, or no amount was given."""
    rule_version: int | None = None
    limit: PassedLimit | None = None
    """Only with `OVER_LIMIT`."""


def appraise(
    connection: Connection[Any],
    directory: Directory,
    token: str,
    shown: ShownCard,
    *,
    at: datetime,
    shown_at: datetime | None = None,
    live: bool = True,
) -> Appraisal:
    """Return what a card gives at a till at an instant.

    Args:
        token: the till's own.
        at: the time of the sale, on the wall clock of the community.
        shown_at: when the code was shown; None for the time of the sale.
        live: whether a till waits for the answer; it then takes a rotating code for itself.

    Raises:
        BusyError: shop or policy changed between each look at them and at the card.
        SignInError, TooManyUnknownError: the till was revoked, or tries numbers.
        ValueRefusedError: a line is of a category that nobody knows.
    """
    for _ in range(TRIES):
        counter = admit(connection, directory, token, shown)
        found = read_code(
            connection, directory, shown.code, counter.community_id, at=shown_at or at, live=live
        )
        if isinstance(found, Verdict):
            directory.refuse_revoked(connection, token)
            return Appraisal(found)
        version, card, accepted = _look_up(connection, counter, found, at.date())
        if version == counter.directory_version:
            if not accepted:
                return Appraisal(Verdict.BAD_CODE, serial=card.terms.serial if card else None)
            if card is None:
                return _count_unknown(connection, directory, counter, shown)
            return _appraised(directory, counter, shown, found, card, today=at.date())
        directory.met(counter.community_id, version)
    raise BusyError("The market's policy is being changed right now; ask again.")


def admit(
    connection: Connection[Any], directory: Directory, token: str, shown: ShownCard
) -> Counter:
    """Return the till that shows a card, if it may ask what it asks.

    Raises:
        SignInError, TooManyUnknownError, ValueRefusedError: as `appraise`.
    """
    counter = directory.counter(connection, token)
    refuse_unknown_goods(counter, shown.basket)
    refuse_guessing(connection, directory, counter, shown.code)
    return counter


def _count_unknown(
    connection: Connection[Any], directory: Directory, counter: Counter, shown: ShownCard
) -> Appraisal:
    count_unknown(connection, directory, counter, shown.code)
    return Appraisal(Verdict.UNKNOWN)


def _appraised(
    directory: Directory,
    counter: Counter,
    shown: ShownCard,
    found: str | ShownStep,
    card: CardNow,
    *,
    today: date,
) -> Appraisal:
    directory.remember_card(counter, name_of(found, today), card.terms)
    quoted = quote_at(counter, card.terms, shown.basket)
    verdict = judge(counter, card, shown, quoted, today=today)
    return Appraisal(
        verdict,
        serial=card.terms.serial,
        card=card.terms,
        honour=counter.honours[card.terms.honour_id],
        pay=rate_at(counter, card.terms),
        quote=quoted if MEANINGS[verdict].tells_amounts else None,
        rule_version=counter.rule_version,
        limit=limit_at(counter, card, quoted, today) if verdict is Verdict.OVER_LIMIT else None,
    )


def find_serial(
    connection: Connection[Any],
    directory: Directory,
    community_id: UUID,
    code: str,
    *,
    at: datetime,
) -> str | None:
    """Return the serial of the card that was shown at an instant; None if the code names none.

    Args:
        at: on the wall clock of the community.
    """
    found = read_code(connection, directory, code, community_id, at=at, live=False)
    if not isinstance(found, ShownStep):
        return None if isinstance(found, Verdict) else found
    wanted = {"community": community_id, "handle": found.handle, "date": at.date()}
    row = None
    if found.step is not None:
        row = connection.execute(SERIAL_BY_HANDLE, wanted).fetchone()
    return row[0] if row else None


def name_of(found: str | ShownStep, today: date) -> str:
    """Return under which name the card that a code has led to is remembered."""
    return found.on(today) if isinstance(found, ShownStep) else found


def limit_at(
    shop: SellingShop, card: CardNow, quoted: Quote | None, today: date
) -> PassedLimit | None:
    """Return the limit that a sale with a card would pass in a shop; None if it passes none."""
    saving = quoted.saved if quoted else NOTHING
    return find_passed_limit(
        shop.limits, card.used, saving, today=today, valid_until=card.terms.valid_until
    )


def refuse_unknown_goods(shop: SellingShop, basket: Basket | None) -> None:
    """Refuse a misspelled category, which would be given the card's price.

    Raises:
        ValueRefusedError: a line is of a category that neither we nor the community know.
    """
    lines = () if basket is None else basket.lines
    place = place_of_unknown((line.category for line in lines), shop.excluded_categories)
    if place is not None:
        raise ValueRefusedError(
            f"/lines/{place}/category", f"There is no category {lines[place].category}."
        )


def quote_at(shop: SellingShop, card: CardTerms, basket: Basket | None) -> Quote | None:
    """Return what a basket costs in a shop with a card; None if there is no basket."""
    if basket is None:
        return None
    return quote(
        basket,
        Terms(
            pay=rate_at(shop, card),
            rounding=shop.rounding,
            excluded_categories=shop.excluded_categories,
            discountable_limit=shop.limits.discountable_per_sale,
        ),
    )


def rate_at(shop: SellingShop, card: CardTerms) -> Permille:
    """Return what the holder of a card pays in a shop."""
    return pay_for(shop.terms.get(card.honour_id), card.pay_permille)


def judge(
    shop: SellingShop, card: CardNow, shown: ShownCard, quoted: Quote | None, *, today: date
) -> Verdict:
    """Return the verdict on a known card in a shop."""
    return verdict_on(
        Visit(
            today=today,
            state=card.state,
            valid_from=card.terms.valid_from,
            valid_until=card.terms.valid_until,
            same_community=card.terms.community_id == shop.community_id,
            shop_certified=shop.certified_on(today),
            over_limit=is_over_limit(shop.limits, card.used, quoted.saved if quoted else NOTHING),
            nothing_discountable=quoted is not None and quoted.discountable == 0,
            amount_agrees=shown.payable is None
            or (quoted is not None and shown.payable == quoted.payable),
        )
    )


def use_keys(shop_id: UUID, day: date) -> tuple[str, str]:
    """Return under which keys of `CardMonth.uses` a use counts: the day's, and the shop's of it."""
    return day.isoformat(), f"{day.isoformat()}/{shop_id}"


def card_now(
    connection: Connection[Any], shop: SellingShop, serial: str, day: date
) -> tuple[int, CardNow | None]:
    """Return the directory's version, and the card if the shop's community has this serial."""
    row = _fetch(connection, CARD_BY_SERIAL, shop, day, {"serial": serial})
    return row["directory_version"], _card_in(row)


def _look_up(
    connection: Connection[Any], counter: Counter, found: str | ShownStep, day: date
) -> tuple[int, CardNow | None, bool]:
    """Return the directory's version, the card, and whether the code is one to go by."""
    if not isinstance(found, ShownStep):
        return *card_now(connection, counter, found, day), True
    row = _fetch(connection, CARD_BY_STEP, counter, day, {"date": day, **claim(counter, found)})
    return row["directory_version"], _card_in(row), row["accepted"]


def claim(counter: Counter, shown: ShownStep) -> dict[str, Any]:
    """Return the values by which a till takes a rotating code for itself."""
    return {
        "till": counter.till.till_id,
        "handle": shown.handle,
        "step": shown.step,
        "fresh": shown.fresh,
        "live": shown.live,
    }


def _fetch(
    connection: Connection[Any],
    statement: str,
    shop: SellingShop,
    day: date,
    sought: dict[str, Any],
) -> Row:
    of_day, at_shop = use_keys(shop.shop_id, day)
    values = {
        "community": shop.community_id,
        "day": of_day,
        "at_shop": at_shop,
        "month": day.replace(day=1),
        **sought,
    }
    row = fetch_one(connection, statement, values)
    if row is None:
        raise LookupError(
            "The directory of this community has lost its version; run the migrations."
        )
    return row


def _card_in(row: Row) -> CardNow | None:
    if row["id"] is None:
        return None
    terms = CardTerms(
        card_id=row["id"],
        serial=row["serial"],
        community_id=row["community_id"],
        honour_id=row["honour_id"],
        pay_permille=Permille(row["pay_permille"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
    )
    used = Used(row["uses_at_shop_today"], row["uses_today"], Fen(row["saved_this_month"]))
    return CardNow(terms, CardState(row["state"]), used)
