"""A shop's paper tally: written down at the community's desk, and judged as of its day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clock import as_local
from loyalty.models import Shop
from loyalty.rules.arrival import LATEST, sheet_came_too_late
from loyalty.rules.card_number import CodeKind, kind_of, normalise, serial_of
from loyalty.rules.card_state import CardState
from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.rules.verdict import Verdict
from loyalty.services.actors import StaffMember
from loyalty.services.checkout.appraisal import TRIES, CardNow, ShownCard, card_now, judge, quote_at
from loyalty.services.checkout.memory import Desk, desk_at
from loyalty.services.checkout.sale import RedeemCard, earlier_sale, record_sale, sale_of
from loyalty.services.errors import (
    BusyError,
    RowsRefusedError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.late_sales.upload import Outcome, OutcomeKind

MOST_LINES = 100
"""How many lines a sheet may have; ours on paper have fewer."""

OLDEST_SHEET = timedelta(days=LATEST)
"""How old a sheet may be; a year that was mistyped is noticed by it."""

SALES_BY_PAPER = """
SELECT sale.id, sale.idempotency_key, sale.receipt, card.serial, sale.happened_at, sale.total_fen,
       sale.payable_fen, sale.saved_fen, sale.flag,
       EXISTS (SELECT FROM redemption AS back
                WHERE back.community_id = sale.community_id AND back.of_id = sale.id
                  AND back.kind = 'void') AS voided
  FROM redemption AS sale
  JOIN card ON card.community_id = sale.community_id AND card.id = sale.card_id
 WHERE sale.community_id = %(community)s AND sale.shop_id = %(shop)s
   AND sale.happened_on = %(day)s AND sale.till_id IS NULL AND sale.idempotency_key IS NOT NULL
   AND sale.kind = 'sale'
   AND sale.flag IS DISTINCT FROM 'till_revoked'
 ORDER BY sale.happened_at, sale.id
"""
"""What was accepted out of quarantine has no till either, and never stood on paper."""

KNOWN_SERIALS = "SELECT serial FROM card WHERE community_id = %s AND serial = ANY(%s::bpchar[])"

STATE_THEN = """
SELECT coalesce(
    (SELECT state FROM card_event
      WHERE community_id = %(community)s AND card_id = %(card)s AND at <= %(moment)s
      ORDER BY at DESC, id DESC LIMIT 1),
    (SELECT 'issued' FROM card_event
      WHERE community_id = %(community)s AND card_id = %(card)s LIMIT 1))
"""
"""The state last written down by then; NULL where nothing was ever done with the card."""


@dataclass(frozen=True, slots=True)
class TallyLine:
    """One sale as a shop wrote it on paper."""

    key: UUID
    """Made with the form, so that a sheet that is sent twice counts once."""
    number: str
    """The card's, as typed."""
    at: time
    """On the wall clock of the community."""
    total: Fen
    """Marked price of the goods that the card applies to."""


@dataclass(frozen=True, slots=True)
class RecordTally:
    """One sheet: what one shop sold to cardholders on one day."""

    shop_id: UUID
    day: date
    lines: Sequence[TallyLine]


@dataclass(frozen=True, slots=True)
class PaperSale:
    """A sale that was written down from paper."""

    id: UUID
    idempotency_key: UUID
    receipt: str
    serial: str
    happened_at: datetime
    total_fen: Fen
    payable_fen: Fen
    saved_fen: Fen
    flag: str | None
    voided: bool

    @property
    def substance(self) -> tuple[str, datetime, Fen]:
        """What tells this sale from the others of the day."""
        return self.serial, self.happened_at, self.total_fen


class LineFault(StrEnum):
    """Why a line cannot be written down as it stands."""

    BAD_NUMBER = "bad_number"
    UNKNOWN_CARD = "unknown_card"
    TIME_TO_COME = "time_to_come"
    TWICE = "twice"
    RECORDED = "recorded"
    CHANGED = "changed"


SENTENCES: Mapping[LineFault, str] = MappingProxyType(
    {
        LineFault.BAD_NUMBER: "This is no card number; its check digits would tell.",
        LineFault.UNKNOWN_CARD: "The community has no such card.",
        LineFault.TIME_TO_COME: "This time has not come yet.",
        LineFault.TWICE: "The same sale, or the same key, stands on this sheet before.",
        LineFault.RECORDED: "The same sale has been recorded from another sheet.",
        LineFault.CHANGED: "This line was recorded with other values; void that sale first.",
    }
)


def record_tally(
    session: Session,
    connection: Connection[Any],
    clerk: StaffMember,
    request: RecordTally,
    *,
    now: datetime,
) -> Sequence[Outcome]:
    """Write a sheet down, once all its lines make sense; return their outcomes in turn.

    Each line is a transaction of its own, so that a sheet cut off half-way is simply sent again.
    What the service would have refused at a till is kept and flagged: the sale has happened.

    Args:
        session: its transaction holds the shop, so that who writes down another sheet of it waits
            and sees this one. A pooler may give each transaction another connection.
        connection: one on which each statement is a transaction of its own.

    Raises:
        RowsRefusedError: lines without sense; nothing was recorded, and each is named.
        UnknownRecordError: the community has no such shop.
        ValueRefusedError: the day has not come yet, or is too long ago.
    """
    _hold_shop(session, clerk, request.shop_id)
    if faults := line_faults(connection, clerk, request, now=now):
        told = {f"/lines/{place}": SENTENCES[fault] for place, fault in faults.items()}
        raise RowsRefusedError(told)
    in_order = sorted(request.lines, key=lambda line: line.at)
    outcomes = {one.key: _record(connection, clerk, request, one, now=now) for one in in_order}
    return [outcomes[line.key] for line in request.lines]


def _hold_shop(session: Session, clerk: StaffMember, shop_id: UUID) -> None:
    """Hold a shop until the transaction ends; sales merely refer to it, so they go on."""
    session.execute(
        select(Shop.id)
        .where(Shop.community_id == clerk.community_id, Shop.id == shop_id)
        .with_for_update(key_share=True)
    )


def may_be_written(day: date, *, today: date) -> bool:
    """Return whether a sheet of a day is written down: it has come, and is not too long ago."""
    return today - OLDEST_SHEET <= day <= today


def line_faults(
    connection: Connection[Any], clerk: StaffMember, request: RecordTally, *, now: datetime
) -> Mapping[int, LineFault]:
    """Return what makes no sense on a sheet, by the line's place.

    Raises:
        UnknownRecordError: the community has no such shop.
        ValueRefusedError: the day has not come yet, or is too long ago.
    """
    if not may_be_written(request.day, today=now.date()):
        raise ValueRefusedError("/day", "The day has not come yet, or is too long ago.")
    recorded = sales_by_paper(connection, clerk, request.shop_id, request.day)
    known = _known_serials(connection, clerk, request.lines)
    faults: dict[int, LineFault] = {}
    for place, line in enumerate(request.lines):
        if fault := _fault(line, request.lines[:place], request.day, known, recorded, now=now):
            faults[place] = fault
    return faults


def sales_by_paper(
    connection: Connection[Any], clerk: StaffMember, shop_id: UUID, day: date
) -> Sequence[PaperSale]:
    """Return what has been written down from paper of a shop and a day, in the order of the day.

    Raises:
        UnknownRecordError: the community has no such shop.
    """
    desk = desk_at(connection, clerk, shop_id)
    wanted = {"community": desk.community_id, "shop": shop_id, "day": day}
    rows = connection.cursor(row_factory=dict_row).execute(SALES_BY_PAPER, wanted)
    return [
        PaperSale(**{**row, "happened_at": as_local(row["happened_at"], desk.timezone)})
        for row in rows
    ]


def _fault(
    line: TallyLine,
    before: Sequence[TallyLine],
    day: date,
    known: frozenset[str],
    recorded: Sequence[PaperSale],
    *,
    now: datetime,
) -> LineFault | None:
    if (serial := _serial(line)) is None:
        return LineFault.BAD_NUMBER
    moment = _moment(line, day, now)
    substance = (serial, moment, line.total)
    own = [sale.substance for sale in recorded if sale.idempotency_key == line.key]
    others = [
        sale.substance for sale in recorded if sale.idempotency_key != line.key and not sale.voided
    ]
    on_the_sheet = [(_serial(one), _moment(one, day, now), one.total) for one in before]
    checks = (
        (serial not in known, LineFault.UNKNOWN_CARD),
        (moment > now, LineFault.TIME_TO_COME),
        (substance in on_the_sheet or line.key in [one.key for one in before], LineFault.TWICE),
        (any(one != substance for one in own), LineFault.CHANGED),
        (substance in others, LineFault.RECORDED),
    )
    return next((fault for applies, fault in checks if applies), None)


def _known_serials(
    connection: Connection[Any], clerk: StaffMember, lines: Sequence[TallyLine]
) -> frozenset[str]:
    serials = [serial for line in lines if (serial := _serial(line)) is not None]
    rows = connection.execute(KNOWN_SERIALS, (clerk.community_id, serials))
    return frozenset(serial for (serial,) in rows)


def _record(
    connection: Connection[Any],
    clerk: StaffMember,
    sheet: RecordTally,
    line: TallyLine,
    *,
    now: datetime,
) -> Outcome:
    moment = _moment(line, sheet.day, now)
    serial = serial_of(normalise(line.number))
    asked = RedeemCard(ShownCard(line.number, Basket(line.total)), line.key, moment)
    for _ in range(TRIES):
        desk = desk_at(connection, clerk, sheet.shop_id)
        if earlier := earlier_sale(connection, desk, asked, serial, now=now):
            verdict = Verdict(earlier.flag or Verdict.OK)
            return Outcome(OutcomeKind.REPLAYED, verdict, earlier.id, earlier.receipt)
        card = _card_then(connection, desk, serial, moment)
        quoted = quote_at(desk, card.terms, asked.shown.basket)
        verdict = judge(desk, card, asked.shown, quoted, today=sheet.day)
        late = sheet_came_too_late(sheet.day, now.date(), days=desk.late_days_on_paper)
        if verdict is Verdict.OK and late:
            verdict = Verdict.CLOCK_WRONG
        flag = None if verdict is Verdict.OK else verdict
        sale = sale_of(
            asked, serial, desk, card.terms, quoted, happened_at=moment, now=now, flag=flag
        )
        # The state was looked up as of then, and the past does not change.
        if record_sale(
            connection, desk, card.terms, line.key, sale, offline=True, states=tuple(CardState)
        ):
            kind = OutcomeKind.FLAGGED if flag else OutcomeKind.RECORDED
            return Outcome(kind, verdict, sale.id, sale.receipt)
    raise BusyError("The card is being changed right now; send the sheet again.")


def _card_then(connection: Connection[Any], desk: Desk, serial: str, moment: datetime) -> CardNow:
    """Return a card in the state it was in at a moment, with what it has used up of that day."""
    _, card = card_now(connection, desk, serial, moment.date())
    if card is None:
        raise UnknownRecordError("The community has no such card.")
    wanted = {"community": desk.community_id, "card": card.terms.card_id, "moment": moment}
    row = connection.execute(STATE_THEN, wanted).fetchone()
    state = CardState(row[0]) if row and row[0] else card.state
    return CardNow(card.terms, state, card.used)


def _moment(line: TallyLine, day: date, now: datetime) -> datetime:
    return datetime.combine(day, line.at, tzinfo=now.tzinfo)


def _serial(line: TallyLine) -> str | None:
    if kind_of(line.number) is not CodeKind.CARD_NUMBER:
        return None
    return serial_of(normalise(line.number))
