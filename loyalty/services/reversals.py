"""Taking a sale back: the whole of it, or goods of a marked price. Each is a new entry."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.clock import as_local
from loyalty.models import Community, Redemption, Shop
from loyalty.rules.money import Fen, Permille, Rounding, payable_on
from loyalty.services.actors import Role, StaffMember, Till, note
from loyalty.services.checkout import use_keys
from loyalty.services.errors import ReversalRefusedError, UnknownRecordError
from loyalty.services.sale import receipt_of

TILL_MAY_VOID = timedelta(minutes=10)
"""How long the till that made a sale may take it back; later the shop or staff may."""

GIVE_BACK = text(
    """
    UPDATE card_month
       SET saved_fen = saved_fen - :saved,
           uses = uses || jsonb_build_object(
               :of_day ::text, greatest(coalesce((uses ->> :of_day)::int, 0) - :uses, 0),
               :at_shop ::text, greatest(coalesce((uses ->> :at_shop)::int, 0) - :uses, 0))
     WHERE card_id = :card AND month = :month
    """
)


@dataclass(frozen=True, slots=True)
class VoidSale:
    """The whole of what is left of a sale is taken back."""

    sale_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class ReturnGoods:
    """Goods of a sale come back."""

    sale_id: UUID
    reason: str
    amount: Fen
    """Their marked price. Goods the card was good for are taken to come back first."""


@dataclass(frozen=True, slots=True)
class _Left:
    """What a sale amounts to after its earlier reversals."""

    total: Fen
    discountable: Fen
    payable: Fen
    saved: Fen


def void_sale(
    session: Session, actor: StaffMember | Till, request: VoidSale, *, now: datetime
) -> Redemption:
    """Take a sale back, and give its use and its saving back to the card.

    Raises:
        UnknownRecordError: the caller's shop or community made no such sale.
        ReversalRefusedError: it was voided before, or the till's ten minutes are over.
    """
    sale = _sale(session, actor, request.sale_id)
    if isinstance(actor, Till) and now - sale.recorded_at > TILL_MAY_VOID:
        raise ReversalRefusedError(
            "The till's ten minutes are over; the shop or staff can void it."
        )
    left = _left(session, sale)
    return _take_back(
        session, actor, sale, left, kind="void", reason=request.reason, uses=1, now=now
    )


def return_goods(
    session: Session, actor: StaffMember | Till, request: ReturnGoods, *, now: datetime
) -> Redemption:
    """Take goods back: what the rest would have cost stays paid, all else is refunded.

    Raises:
        UnknownRecordError: the caller's shop or community made no such sale.
        ReversalRefusedError: more comes back than was bought, or the sale was voided.
    """
    sale = _sale(session, actor, request.sale_id)
    left = _left(session, sale)
    if request.amount > left.total:
        raise ReversalRefusedError("More would come back than was bought.")
    community = session.get_one(Community, sale.community_id)
    back = _returned(left, request.amount, Permille(sale.pay_permille), community)
    whole = request.amount == left.total
    return _take_back(
        session,
        actor,
        sale,
        back,
        kind="return",
        reason=request.reason,
        uses=int(whole),
        now=now,
    )


def _sale(session: Session, actor: StaffMember | Till, sale_id: UUID) -> Redemption:
    """Return a sale the actor may touch, locked against a second reversal at the same time."""
    query = select(Redemption).where(
        Redemption.id == sale_id,
        Redemption.community_id == actor.community_id,
        Redemption.kind == "sale",
    )
    if isinstance(actor, Till):
        query = query.where(Redemption.till_id == actor.till_id)
    elif not actor.roles & {Role.STAFF, Role.MANAGER}:
        own = select(Shop.id).where(Shop.owner_id == actor.account_id)
        query = query.where(Redemption.shop_id.in_(own))
    sale = session.scalar(query.with_for_update())
    if sale is None:
        raise UnknownRecordError("There is no such sale here.")
    return sale


def _left(session: Session, sale: Redemption) -> _Left:
    entries = session.execute(
        select(
            func.sum(Redemption.total_fen),
            func.sum(Redemption.discountable_fen),
            func.sum(Redemption.payable_fen),
            func.sum(Redemption.saved_fen),
            func.count().filter(Redemption.kind == "void"),
        ).where((Redemption.id == sale.id) | (Redemption.of_id == sale.id))
    ).one()
    *amounts, voids = entries
    if voids:
        raise ReversalRefusedError("The sale has been voided already.")
    return _Left(*(Fen(amount) for amount in amounts))


def _returned(left: _Left, amount: Fen, pay: Permille, community: Community) -> _Left:
    """Return what comes back: what was left, less what the remaining goods cost by themselves."""
    from_card = min(amount, left.discountable)
    discountable = Fen(left.discountable - from_card)
    saved = Fen(
        discountable - payable_on(discountable, pay=pay, rounding=Rounding(community.rounding))
    )
    saved = min(saved, left.saved)
    given_back = Fen(left.saved - saved)
    return _Left(
        total=amount,
        discountable=from_card,
        payable=Fen(amount - given_back),
        saved=given_back,
    )


def _take_back(
    session: Session,
    actor: StaffMember | Till,
    sale: Redemption,
    back: _Left,
    *,
    kind: str,
    reason: str,
    uses: int,
    now: datetime,
) -> Redemption:
    """Write the entry, and give the card its allowance back.

    Args:
        uses: 1 where the whole sale comes back, so that the card may be used once more.
    """
    entry = _entry(actor, sale, back, kind=kind, reason=reason, now=now)
    session.add(entry)
    of_day, at_shop = use_keys(sale.shop_id, sale.happened_on)
    given_back = {"saved": back.saved, "uses": uses, "of_day": of_day, "at_shop": at_shop}
    session.execute(GIVE_BACK, {**given_back, "card": sale.card_id, "month": sale.month})
    note(
        session,
        actor,
        "sale.voided" if kind == "void" else "sale.returned",
        community_id=sale.community_id,
        subject_id=entry.id,
        now=now,
    )
    session.flush()
    return entry


def _entry(
    actor: StaffMember | Till,
    sale: Redemption,
    back: _Left,
    *,
    kind: str,
    reason: str,
    now: datetime,
) -> Redemption:
    """Return the entry of a reversal. It counts for the day it is made, with negative amounts."""
    entry_id = uuid7()
    today = as_local(now, actor.timezone).date()
    return Redemption(
        id=entry_id,
        community_id=sale.community_id,
        card_id=sale.card_id,
        shop_id=sale.shop_id,
        till_id=actor.till_id if isinstance(actor, Till) else None,
        account_id=None if isinstance(actor, Till) else actor.account_id,
        kind=kind,
        of_id=sale.id,
        receipt=receipt_of(entry_id),
        total_fen=-back.total,
        discountable_fen=-back.discountable,
        payable_fen=-back.payable,
        saved_fen=-back.saved,
        pay_permille=sale.pay_permille,
        with_amount=sale.with_amount,
        rule_version=sale.rule_version,
        trade=sale.trade,
        honour_id=sale.honour_id,
        reason=reason,
        happened_at=now,
        happened_on=today,
        month=today.replace(day=1),
        recorded_at=now,
    )
