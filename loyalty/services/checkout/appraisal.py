"""What a card gives at a till, here and now: one indexed query and the rules."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from loyalty.rules.card_state import CardState
from loyalty.rules.discount import Basket, Quote, Terms, pay_for, quote
from loyalty.rules.goods import place_of_unknown
from loyalty.rules.limits import PassedLimit, Used, find_passed_limit, is_over_limit
from loyalty.rules.money import NOTHING, Fen, Permille
from loyalty.rules.verdict import MEANINGS, Verdict, Visit, verdict_on
from loyalty.services.checkout.memory import CardTerms, Counter, Directory, SellingShop
from loyalty.services.checkout.reading import read_code
from loyalty.services.errors import BusyError, ValueRefusedError

TRIES = 5
"""How often is tried again what policy or card changed under, between look and lock."""

UNUSED = Used(uses_at_shop_today=0, uses_today=0, saved_this_month=NOTHING)

CARD_BY_SERIAL = """
SELECT directory_version.version AS directory_version,
       card.id, card.community_id, card.honour_id, card.pay_permille,
       card.valid_from, card.valid_until, card.state,
       coalesce((card_month.uses ->> %(day)s)::int, 0) AS uses_today,
       coalesce((card_month.uses ->> %(at_shop)s)::int, 0) AS uses_at_shop_today,
       coalesce(card_month.saved_fen, 0) AS saved_this_month
  FROM directory_version
  LEFT JOIN card
    ON card.community_id = directory_version.community_id AND card.serial = %(serial)s
  LEFT JOIN card_month
    ON card_month.community_id = card.community_id AND card_month.card_id = card.id
   AND card_month.month = %(month)s
 WHERE directory_version.community_id = %(community)s
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
    """None where the code names no card of this community."""
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
    connection: Connection[Any], directory: Directory, token: str, shown: ShownCard, *, today: date
) -> Appraisal:
    """Return what a card gives at a till on a day.

    Args:
        token: the till's own.
        today: the community's date at the time of the sale.

    Raises:
        BusyError: shop or policy changed between each look at them and at the card.
        SignInError: the till was revoked.
        ValueRefusedError: a line is of a category that nobody knows.
    """
    for _ in range(TRIES):
        counter = directory.counter(connection, token)
        refuse_unknown_goods(counter, shown.basket)
        serial = read_code(connection, directory, shown.code, community_id=counter.community_id)
        if isinstance(serial, Verdict):
            return Appraisal(serial)
        version, card = card_now(connection, counter, serial, today)
        if version == counter.directory_version:
            return _appraised(directory, counter, shown, serial, card, today=today)
        directory.met(counter.community_id, version)
    raise BusyError("The market's policy is being changed right now; ask again.")


def _appraised(
    directory: Directory,
    counter: Counter,
    shown: ShownCard,
    serial: str,
    card: CardNow | None,
    *,
    today: date,
) -> Appraisal:
    if card is None:
        return Appraisal(Verdict.UNKNOWN)
    directory.remember_card(counter, serial, card.terms)
    quoted = quote_at(counter, card.terms, shown.basket)
    verdict = judge(counter, card, shown, quoted, today=today)
    return Appraisal(
        verdict,
        serial=serial,
        card=card.terms,
        honour=counter.honours[card.terms.honour_id],
        pay=rate_at(counter, card.terms),
        quote=quoted if MEANINGS[verdict].tells_amounts else None,
        rule_version=counter.rule_version,
        limit=limit_at(counter, card, quoted, today) if verdict is Verdict.OVER_LIMIT else None,
    )


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
    of_day, at_shop = use_keys(shop.shop_id, day)
    row = (
        connection.cursor(row_factory=dict_row)
        .execute(
            CARD_BY_SERIAL,
            {
                "community": shop.community_id,
                "serial": serial,
                "day": of_day,
                "at_shop": at_shop,
                "month": day.replace(day=1),
            },
        )
        .fetchone()
    )
    if row is None:
        raise LookupError(
            "The directory of this community has lost its version; run the migrations."
        )
    if row["id"] is None:
        return row["directory_version"], None
    terms = CardTerms(
        card_id=row["id"],
        community_id=row["community_id"],
        honour_id=row["honour_id"],
        pay_permille=Permille(row["pay_permille"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
    )
    used = Used(row["uses_at_shop_today"], row["uses_today"], Fen(row["saved_this_month"]))
    return row["directory_version"], CardNow(terms, CardState(row["state"]), used)
