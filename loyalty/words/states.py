"""What the states of cards, shops and rounds are called, and their colour."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext

from loyalty.models import Card, Shop, ShopInspection, Till
from loyalty.rules.card_state import CardState
from loyalty.rules.card_state import state_on as card_state_on
from loyalty.rules.certification import CertificationState
from loyalty.rules.selection import RoundState
from loyalty.rules.verdict import Tone
from loyalty.services.shops.certification import find_certification_standing


class StateWords(NamedTuple):
    """How one state is told."""

    tone: Tone | None
    """None where the state is neither good nor bad: something is under way."""
    word: LazyString

    def __str__(self) -> str:
        """Return the word alone, as a list to choose from shows it."""
        return str(self.word)


CARD_STATES: Mapping[CardState, StateWords] = MappingProxyType(
    {
        CardState.ISSUED: StateWords(Tone.UNSURE, lazy_gettext("待发放")),
        CardState.ACTIVE: StateWords(Tone.YES, lazy_gettext("使用中")),
        CardState.SUSPENDED: StateWords(Tone.NO, lazy_gettext("已挂失")),
        CardState.REVOKED: StateWords(Tone.NO, lazy_gettext("已停用")),
        CardState.EXPIRED: StateWords(None, lazy_gettext("已过期")),
    }
)

SHOP_STATES: Mapping[CertificationState, StateWords] = MappingProxyType(
    {
        CertificationState.APPLIED: StateWords(None, lazy_gettext("已申请")),
        CertificationState.INSPECTED: StateWords(None, lazy_gettext("已检查")),
        CertificationState.NOTICE: StateWords(None, lazy_gettext("公示中")),
        CertificationState.CERTIFIED: StateWords(Tone.YES, lazy_gettext("已挂牌")),
        CertificationState.WARNED: StateWords(Tone.UNSURE, lazy_gettext("限期改正")),
        CertificationState.SUSPENDED: StateWords(Tone.NO, lazy_gettext("暂停打折")),
        CertificationState.WITHDRAWN: StateWords(Tone.NO, lazy_gettext("已摘牌")),
        CertificationState.LAPSED: StateWords(Tone.UNSURE, lazy_gettext("待复查")),
    }
)

ROUND_STATES: Mapping[RoundState, StateWords] = MappingProxyType(
    {
        RoundState.DRAFT: StateWords(None, lazy_gettext("筹备中")),
        RoundState.OPEN: StateWords(None, lazy_gettext("推荐中")),
        RoundState.SCREENING: StateWords(None, lazy_gettext("初审中")),
        RoundState.REVIEW: StateWords(None, lazy_gettext("评议中")),
        RoundState.NOTICE: StateWords(None, lazy_gettext("公示中")),
        RoundState.CONFIRMED: StateWords(None, lazy_gettext("已确认")),
        RoundState.ISSUED: StateWords(Tone.YES, lazy_gettext("已发卡")),
        RoundState.CLOSED: StateWords(Tone.YES, lazy_gettext("已结束")),
        RoundState.CANCELLED: StateWords(Tone.NO, lazy_gettext("已取消")),
    }
)


def card_state_words(card: Card, *, today: date) -> StateWords:
    """Return how a card's state of today is told."""
    return CARD_STATES[card_state_on(CardState(card.state), card.valid_until, today)]


def shop_state_words(shop: Shop, *, today: date) -> StateWords:
    """Return how a shop's state of today is told."""
    return SHOP_STATES[find_certification_standing(shop, today=today).state]


def inspection_state_words(inspection: ShopInspection) -> StateWords:
    """Return whether a shop has passed an inspection."""
    if inspection.passed:
        return StateWords(Tone.YES, lazy_gettext("合格"))
    return StateWords(Tone.NO, lazy_gettext("不合格"))


def till_state_words(till: Till, *, now: datetime) -> StateWords:
    """Return how far a device of a shop is: invited, paired or stopped."""
    if till.revoked_at:
        return StateWords(Tone.NO, lazy_gettext("已停用"))
    if till.paired_at:
        return StateWords(Tone.YES, lazy_gettext("已绑定"))
    if till.pairing_expires_at and till.pairing_expires_at > now:
        return StateWords(None, lazy_gettext("等待绑定"))
    return StateWords(Tone.UNSURE, lazy_gettext("绑定码已过期"))
