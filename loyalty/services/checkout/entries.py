"""The entries of the book as they are looked up: by day, shop, card and receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select

from loyalty.models import Card, Redemption, Shop, Till
from loyalty.rules.arrival import LATEST
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import last4
from loyalty.rules.money import Fen
from loyalty.rules.typed_text import fold
from loyalty.services.checkout.sold import Amounts, get_rest
from loyalty.services.errors import UnknownRecordError
from loyalty.services.paging import Page, fetch_asked
from loyalty.services.work import AnyWork

LAST_DIGITS = 4
"""Digits of a card's number that somebody reads out."""

MOST_IN_A_FILE = 20_000
"""Entries that are written into one file."""

_LATEST_MONTHS = LATEST // 28 + 1
"""By how many months the figures a sale counts in may follow it."""


@dataclass(frozen=True, slots=True)
class FindEntries:
    """Which entries of the book are wanted."""

    first: date
    """Local day on which they happened, as `last` both included."""
    last: date
    shop_id: UUID | None = None
    q: str | None = None
    """The last four digits of a card's number, or how a receipt begins; as it was typed."""
    limit: int = 50
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """One entry of the book, with what it is told by."""

    entry: Redemption
    last4: str | None
    """Of the card's number; None once the entry has been parted from its card."""
    shop: str
    till: str | None
    """What the till is called; None where the entry was made at the community's desk."""
    taken_back: bool
    """Whether nothing is left of this sale."""
    returned: bool
    """Whether some of its goods have come back."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of entries, the newest first."""

    items: Sequence[ListedEntry]
    next: UUID | None


def find_entries(work: AnyWork, request: FindEntries) -> EntryPage:
    """Return entries of the community, those written down last first."""
    page: Page[Redemption] = fetch_asked(
        work.session, _select_entries(work, request), Redemption, request, newest_first=True
    )
    return EntryPage(describe_entries(work, page.items), page.next)


def list_entries_for_file(work: AnyWork, request: FindEntries) -> Sequence[ListedEntry] | None:
    """Return all entries that are wanted, the oldest first; None if they are too many for a file.

    Too many are more than `MOST_IN_A_FILE`.
    """
    query = _select_entries(work, request).order_by(Redemption.happened_at, Redemption.id)
    found = work.session.scalars(query.limit(MOST_IN_A_FILE + 1)).all()
    return None if len(found) > MOST_IN_A_FILE else describe_entries(work, found)


def describe_entries(work: AnyWork, entries: Sequence[Redemption]) -> list[ListedEntry]:
    """Return some entries with the names of their shops and tills, and their cards' last digits."""
    named = (
        select(Redemption.id, Card.serial, Shop.name, Till.name)
        .join_from(Redemption, Shop)
        .outerjoin_from(Redemption, Card)
        .outerjoin(
            Till,
            (Till.community_id == Redemption.community_id) & (Till.id == Redemption.till_id),
        )
        .where(
            Redemption.community_id == work.community_id,
            Redemption.id.in_([one.id for one in entries]),
        )
    )
    names = {row[0]: row[1:] for row in work.session.execute(named).tuples()}
    back = _find_taken_back(work, [one.id for one in entries if one.kind == "sale"])
    return [
        ListedEntry(
            entry=one,
            last4=None if (serial := names[one.id][0]) is None else last4(serial),
            shop=names[one.id][1],
            till=names[one.id][2],
            taken_back=back.get(one.id, False),
            returned=not back.get(one.id, True),
        )
        for one in entries
    ]


def _select_entries(work: AnyWork, request: FindEntries) -> Select[tuple[Redemption]]:
    query = work.select(Redemption).where(
        Redemption.happened_on >= request.first,
        Redemption.happened_on <= request.last,
        # The index knows the month an entry counts in, which is its own or a later one.
        Redemption.month >= Month.of(request.first).first,
        Redemption.month <= Month.of(min(request.last, work.now.date())).plus(_LATEST_MONTHS).first,
    )
    if request.shop_id is not None:
        query = query.where(Redemption.shop_id == request.shop_id)
    if request.q is not None:
        query = query.where(_matches(work.community_id, request.q))
    return query


def _matches(community_id: UUID, typed: str) -> ColumnElement[bool]:
    """Return whether an entry is of a card that ends in four digits, or its receipt begins so."""
    written = "".join(fold(typed).upper().split())
    if len(written) == LAST_DIGITS and written.isascii() and written.isdigit():
        half = LAST_DIGITS // 2
        # The last two are check digits, which nobody stores: ISO 7064, mod 97-10.
        check = 98 - cast(Card.serial, BigInteger) * 100 % 97
        ending = (func.right(Card.serial, half) == written[:half]) & (check == int(written[half:]))
        return Redemption.card_id.in_(
            select(Card.id).where(Card.community_id == community_id, ending)
        )
    return Redemption.receipt.startswith(written, autoescape=True)


def _find_taken_back(work: AnyWork, sales: Sequence[UUID]) -> Mapping[UUID, bool]:
    """Return, for each of some sales of which something came back, whether nothing is left."""
    query = (
        select(Redemption.of_id, func.bool_or(Redemption.uses < 0))
        .where(Redemption.community_id == work.community_id, Redemption.of_id.in_(sales))
        .group_by(Redemption.of_id)
    )
    return {sale: whole for sale, whole in work.session.execute(query) if sale is not None}


@dataclass(frozen=True, slots=True)
class SaleWithReversals:
    """One sale, and what came back of it."""

    sale: ListedEntry
    reversals: Sequence[ListedEntry]
    """The earliest first."""
    left: Amounts | None
    """What is left of it; None once all of it was taken back."""


def get_sale(work: AnyWork, sale_id: UUID, *, shop_id: UUID | None = None) -> SaleWithReversals:
    """Return a sale of the community, or of one of its shops alone.

    Raises:
        UnknownRecordError: there is no such sale.
    """
    query = work.select(Redemption).where(Redemption.id == sale_id, Redemption.kind == "sale")
    if shop_id is not None:
        query = query.where(Redemption.shop_id == shop_id)
    sale = work.session.scalar(query)
    if sale is None:
        raise UnknownRecordError("There is no such sale here.")
    of_it = work.select(Redemption).where(Redemption.of_id == sale_id).order_by(Redemption.id)
    entries = [sale, *work.session.scalars(of_it)]
    told, *reversals = describe_entries(work, entries)
    left = None if told.taken_back else get_rest(work.session, sale).left
    return SaleWithReversals(told, reversals, left)


@dataclass(frozen=True, slots=True)
class DaySums:
    """What the entries of one shop of one day amount to."""

    uses: int
    """Sales less those that were taken back whole (人次)."""
    payable_fen: Fen
    saved_fen: Fen


def sum_day(work: AnyWork, shop_id: UUID, day: date) -> DaySums:
    """Return what a shop's entries of a local day add up to."""
    summed = (Redemption.uses, Redemption.payable_fen, Redemption.saved_fen)
    query = select(*(func.coalesce(func.sum(one), 0) for one in summed)).where(
        Redemption.community_id == work.community_id,
        Redemption.shop_id == shop_id,
        Redemption.happened_on == day,
        # The list of the shop and the month is indexed; an entry counts in its month or later.
        Redemption.month >= Month.of(day).first,
    )
    uses, payable, saved = work.session.execute(query).one()
    return DaySums(uses, Fen(payable), Fen(saved))


def list_entries(work: AnyWork, ids: Sequence[UUID]) -> list[ListedEntry]:
    """Return those of some entries that the community has, the earliest first."""
    query = work.select(Redemption).where(Redemption.id.in_(ids))
    found = work.session.scalars(query.order_by(Redemption.happened_at, Redemption.id))
    return describe_entries(work, found.all())
