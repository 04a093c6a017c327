"""The market of the demonstration: its shops, their plaques and their tills."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Shop
from loyalty.rules.certification import CertificationAction
from loyalty.rules.money import Permille
from loyalty.services.demonstration.cast import Cast
from loyalty.services.demonstration.fiction import Trade, shop_names
from loyalty.services.demonstration.honours import LISTS
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.shops import AgreedTerm, CreateShop, create_shop
from loyalty.services.tills.pairing import InviteTill, PairTill, invite_till, pair_till
from loyalty.services.work import Work

RATES = (800, 800, 820, 850, 850, 850)
"""What shops agree to, in permille: half of them the band's upper end."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A certified shop with its paired till."""

    shop_id: UUID
    trade: Trade
    till_id: UUID
    till_token: str = field(repr=False)


def open_market(session: Session, cast: Cast) -> Sequence[Stall]:
    """Certify every shop through all steps, and pair a till in each.

    Returns:
        The stalls that sell: not that of the first shop, whose year is over.
    """
    story = cast.story
    stalls = []
    names = shop_names(story.random)
    for place, (name, trade) in enumerate(names):
        oldest = place == len(names) - 1
        applied_on = story.founded_on if oldest else story.opened_on + timedelta(days=2 + place % 5)
        shop = create_shop(
            Work(session, cast.clerk, story.at(applied_on, 9, place % 60)),
            CreateShop(
                name=name,
                series=trade.series,
                category=trade.category,
                stall=f"{'ABCDEF'[place % 6]}区{place // 6 + 1:02d}号",
                owner_id=cast.owner.account_id if place == 0 else None,
                terms=[
                    AgreedTerm(honour, Permille(story.random.choice(RATES))) for honour, *_ in LISTS
                ],
                opted_in_categories=["alcohol"] if trade.category == "超市" else [],
            ),
        )
        _certify(session, cast, shop)
        stall = _pair(session, cast, shop, trade)
        if not oldest:
            stalls.append(stall)
    _warn_and_reinstate(session, cast, stalls[-1].shop_id)
    return stalls


def trouble_two_shops(session: Session, cast: Cast, stalls: Sequence[Stall]) -> None:
    """Warn one shop, and suspend another that has been warned before; both only yesterday."""
    warned, suspended = stalls[-2].shop_id, stalls[-3].shop_id
    steps = (
        (warned, CertificationAction.WARN, cast.clerk, "顾客反映没有打折", 9),
        (suspended, CertificationAction.WARN, cast.clerk, "消防通道堆放杂物", 9),
        (suspended, CertificationAction.SUSPEND, cast.manager, "限期已过，仍未清理", 16),
    )
    for shop_id, action, actor, reason, hour in steps:
        now = cast.story.at(cast.story.yesterday, hour)
        move_certification(Work(session, actor, now), MoveCertification(shop_id, action, reason))


def _certify(session: Session, cast: Cast, shop: Shop) -> None:
    steps = (
        (CertificationAction.INSPECT, cast.clerk, 2),
        (CertificationAction.PUBLISH, cast.clerk, 3),
    )
    for action, actor, after in steps:
        now = cast.story.at(shop.created_at.date() + timedelta(days=after), 11)
        move_certification(Work(session, actor, now), MoveCertification(shop.id, action))
    move_certification(
        Work(session, cast.manager, cast.story.at(_notice_over(shop), 10)),
        MoveCertification(shop.id, CertificationAction.CERTIFY),
    )


def _notice_over(shop: Shop) -> date:
    if shop.notice_last is None:
        raise LookupError("The shop has not been published.")
    return shop.notice_last + timedelta(days=1)


def _pair(session: Session, cast: Cast, shop: Shop, trade: Trade) -> Stall:
    now = cast.story.at(_notice_over(shop), 15)
    invitation = invite_till(Work(session, cast.clerk, now), InviteTill(shop.id, "收银台"))
    pairing = pair_till(session, PairTill(invitation.code), now=now + timedelta(minutes=2))
    return Stall(shop.id, trade, pairing.till.id, pairing.token)


def _warn_and_reinstate(session: Session, cast: Cast, shop_id: UUID) -> None:
    """Let one shop have been warned, and have put right what was wrong."""
    warned_on = cast.story.opened_on + timedelta(days=70)
    steps = (
        (CertificationAction.WARN, cast.clerk, "价签不清", 0),
        (CertificationAction.REINSTATE, cast.manager, "价签已更换", 4),
    )
    for action, actor, reason, after in steps:
        now = cast.story.at(warned_on + timedelta(days=after), 16)
        move_certification(Work(session, actor, now), MoveCertification(shop_id, action, reason))
