"""Taking a sale back: the whole of it, or goods of a marked price. Each is a new entry.

What is refunded is what was paid, less what the rest costs by itself under the sale's own lines,
terms, limit and rounding. The use is given back like the money: once, with the last of the goods.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from loyalty.clock import as_local
from loyalty.models import Redemption, Shop
from loyalty.replication import write_before_answering
from loyalty.rules.money import Fen
from loyalty.rules.reversal import (
    TILL_MAY_RETURN,
    TILL_MAY_VOID,
    ReversalObstacle,
    find_reversal_obstacle,
)
from loyalty.services.actors import Role, Till
from loyalty.services.checkout.appraisal import use_keys
from loyalty.services.checkout.returned_goods import ReturnedLine, goods_back
from loyalty.services.checkout.sale import receipt_of
from loyalty.services.checkout.sold import (
    Amounts,
    format_returned_lines,
    get_rest,
    price_return,
)
from loyalty.services.errors import KeyReusedError, ReversalRefusedError, UnknownRecordError
from loyalty.services.work import AnyWork

GIVE_BACK = text(
    """
    UPDATE card_month
       SET saved_fen = saved_fen - :saved,
           uses = jsonb_set(jsonb_set(uses,
               ARRAY[:of_day ::text],
               greatest(coalesce((uses ->> :of_day)::int, 0) - :uses, 0)::text::jsonb),
               ARRAY[:at_shop ::text],
               greatest(coalesce((uses ->> :at_shop)::int, 0) - :uses, 0)::text::jsonb)
     WHERE community_id = :community AND card_id = :card AND month = :month
    """
)
"""It counts with immutable functions alone, like the statement of a sale."""

AS_OF_THE_SALE = (
    "community_id",
    "card_id",
    "shop_id",
    "pay_permille",
    "with_amount",
    "rounding",
    "discountable_limit_fen",
    "rule_version",
    "trade",
    "honour_id",
)
"""What an entry that takes back has from its sale."""


TOO_LATE: Mapping[ReversalObstacle, str] = MappingProxyType(
    {
        ReversalObstacle.MAY_NOT_VOID: f"The till's {TILL_MAY_VOID.seconds // 60} minutes are over;"
        " the shop's owner or staff can void it.",
        ReversalObstacle.MAY_NOT_RETURN_ALL: "All of a sale comes back at the till on its own day;"
        " later the owner or staff can.",
        ReversalObstacle.MAY_NOT_RETURN: f"The till's {TILL_MAY_RETURN.days} days are over; the"
        " shop's owner or staff can take goods back.",
    }
)
"""What a till is told that comes too late."""


@dataclass(frozen=True, slots=True)
class VoidSale:
    """The whole of what is left of a sale is taken back."""

    sale_id: UUID
    reason: str
    idempotency_key: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReturnGoods:
    """Goods of a sale come back."""

    sale_id: UUID
    reason: str
    amount: Fen | None = None
    """Marked price of all that comes back. None where the lines or the excluded part say it."""
    excluded: Fen | None = None
    """How much of it are goods the card did not apply to. None if nobody has said: goods the card
    was good for are taken to come back first."""
    lines: tuple[ReturnedLine, ...] = ()
    """Of which lines of the sale, and for how much."""
    idempotency_key: UUID | None = None


def void_sale(work: AnyWork, request: VoidSale) -> Redemption:
    """Take back what is left of a sale, and give its use and its saving back to the card.

    Raises:
        UnknownRecordError: the caller's shop or community made no such sale.
        ReversalRefusedError: nothing is left of it, or the till's time for it is over.
        KeyReusedError: the key names something else.
    """
    sale = _sale(work, request.sale_id)
    if earlier := _earlier(work, sale, request):
        return earlier
    rest = get_rest(work.session, sale)
    _refuse_late(work, sale, whole=True, void=True)
    return _take_back(work, sale, request, rest.left, uses=1)


def return_goods(work: AnyWork, request: ReturnGoods) -> Redemption:
    """Take goods back: what the rest costs by itself stays paid, all else is refunded.

    Raises:
        UnknownRecordError: the caller's shop or community made no such sale.
        ReversalRefusedError: more comes back than is left, or the till's time for it is over.
        ValueRefusedError: it is not said, or said twice, what comes back.
        KeyReusedError: the key names something else.
    """
    sale = _sale(work, request.sale_id)
    if earlier := _earlier(work, sale, request):
        return earlier
    rest = get_rest(work.session, sale)
    back = goods_back(
        rest.sold,
        rest.returned,
        amount=request.amount,
        excluded=request.excluded,
        lines=request.lines,
        has_lines=bool(sale.lines),
    )
    returned = [one + other for one, other in zip(rest.returned, back, strict=True)]
    whole = returned == [line.amount for line in rest.sold.lines]
    _refuse_late(work, sale, whole=whole, void=False)
    amounts, lines = price_return(rest, returned), format_returned_lines(back)
    return _take_back(work, sale, request, amounts, uses=int(whole), lines=lines)


def find_reversal(work: AnyWork, request: VoidSale | ReturnGoods) -> Redemption | None:
    """Return what was done before under the key of a request, as it was told then; else None.

    Raises:
        UnknownRecordError: the caller's shop or community made no such sale.
        KeyReusedError: the key names something else.
    """
    earlier = _earlier(work, _sale(work, request.sale_id), request)
    if earlier is not None:
        write_before_answering(work.session)
        work.session.expunge(earlier)
        earlier.happened_at = as_local(earlier.happened_at, work.actor.timezone)
        earlier.recorded_at = as_local(earlier.recorded_at, work.actor.timezone)
    return earlier


def _sale(work: AnyWork, sale_id: UUID) -> Redemption:
    """Return a sale the actor may touch, locked against a second reversal at the same time."""
    query = work.select(Redemption).where(Redemption.id == sale_id, Redemption.kind == "sale")
    if isinstance(work.actor, Till):
        query = query.where(Redemption.till_id == work.actor.till_id)
    elif not work.actor.roles & {Role.STAFF, Role.MANAGER}:
        own = select(Shop.id).where(
            Shop.community_id == work.community_id, Shop.owner_id == work.actor.account_id
        )
        query = query.where(Redemption.shop_id.in_(own))
    sale = work.session.scalar(query.with_for_update())
    if sale is None:
        raise UnknownRecordError("There is no such sale here.")
    return sale


def _earlier(work: AnyWork, sale: Redemption, request: VoidSale | ReturnGoods) -> Redemption | None:
    """Return the entry made before under the request's key, by the till or at its shop's desk."""
    if request.idempotency_key is None:
        return None
    query = work.select(Redemption).where(Redemption.idempotency_key == request.idempotency_key)
    if isinstance(work.actor, Till):
        query = query.where(Redemption.till_id == work.actor.till_id)
    else:
        query = query.where(Redemption.till_id.is_(None), Redemption.shop_id == sale.shop_id)
    earlier = work.session.scalar(query)
    if earlier is not None and earlier.request_hash != _substance(request):
        raise KeyReusedError("This key was used for something else; make a new key for each deed.")
    return earlier


def _substance(request: VoidSale | ReturnGoods) -> bytes:
    """Return what tells one request from another."""
    substance = [type(request).__name__, asdict(request)]
    return hashlib.sha256(json.dumps(substance, sort_keys=True, default=str).encode()).digest()


def _refuse_late(work: AnyWork, sale: Redemption, *, whole: bool, void: bool) -> None:
    """Refuse a till what is the shop's owner's or the community's to do by now."""
    if not isinstance(work.actor, Till):
        return
    recorded_at, local = (
        as_local(moment, work.actor.timezone) for moment in (sale.recorded_at, work.now)
    )
    if obstacle := find_reversal_obstacle(
        recorded_at, local, whole=whole, void=void, came_late=sale.offline
    ):
        raise ReversalRefusedError(TOO_LATE[obstacle])


def _take_back(
    work: AnyWork,
    sale: Redemption,
    request: VoidSale | ReturnGoods,
    back: Amounts,
    *,
    uses: int,
    lines: list[dict[str, int]] | None = None,
) -> Redemption:
    """Write the entry, and give the card its allowance back.

    Args:
        uses: 1 where nothing is left of the sale, so that the card may be used once more.
    """
    entry = _entry(work, sale, request, back, uses=uses, lines=lines)
    try:
        with work.session.begin_nested():
            work.session.add(entry)
    except IntegrityError as error:
        raise KeyReusedError("This key was used for another sale.") from error
    of_day, at_shop = use_keys(sale.shop_id, sale.happened_on)
    given_back = {"saved": back.saved, "uses": uses, "of_day": of_day, "at_shop": at_shop}
    month = sale.happened_on.replace(day=1)
    card = {"community": sale.community_id, "card": sale.card_id, "month": month}
    work.session.execute(GIVE_BACK, {**given_back, **card})
    work.note("sale.voided" if entry.kind == "void" else "sale.returned", entry)
    return entry


def _entry(
    work: AnyWork,
    sale: Redemption,
    request: VoidSale | ReturnGoods,
    back: Amounts,
    *,
    uses: int,
    lines: list[dict[str, int]] | None,
) -> Redemption:
    """Return the entry of a reversal, with negative amounts.

    It counts for the day it is made, and in no month before that of its sale.
    """
    actor, now, entry_id = work.actor, work.now, uuid7()
    today = as_local(now, actor.timezone).date()
    key = request.idempotency_key
    return Redemption(
        **{name: getattr(sale, name) for name in AS_OF_THE_SALE},
        id=entry_id,
        till_id=actor.till_id if isinstance(actor, Till) else None,
        account_id=None if isinstance(actor, Till) else actor.account_id,
        kind="void" if isinstance(request, VoidSale) else "return",
        of_id=sale.id,
        receipt=receipt_of(entry_id),
        total_fen=-back.total,
        discountable_fen=-back.discountable,
        payable_fen=-back.payable,
        saved_fen=-back.saved,
        excluded_fen=-back.excluded,
        uses=-uses,
        **({} if lines is None else {"lines": lines}),
        idempotency_key=key,
        request_hash=None if key is None else _substance(request),
        reason=request.reason,
        happened_at=now,
        happened_on=today,
        month=max(sale.month, today.replace(day=1)),
        recorded_at=now,
    )
