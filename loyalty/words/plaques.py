"""What a plaque is worth, and what is known of its shop, as anyone reads it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from loyalty.models import Shop
from loyalty.rules.certification import CertificationState, public_state
from loyalty.rules.verdict import Tone
from loyalty.services.shops.certification import find_certification_standing
from loyalty.words.states import StateWords

MONTH_OF_DAYS = 30


class PlaqueWords(NamedTuple):
    """What a plaque is worth."""

    tone: Tone
    word: LazyString
    advice: LazyString


UNKNOWN = PlaqueWords(
    Tone.NO,
    lazy_gettext("没有这块牌"),
    lazy_gettext("社区没有发过这个牌号。请对照牌子再看一遍；牌号没错的话，请告诉社区。"),
)

_NOT_CERTIFIED = PlaqueWords(
    Tone.NO, lazy_gettext("没有挂牌"), lazy_gettext("这家店现在没有挂牌，打折卡在这里不能用。")
)

PLAQUES: Mapping[CertificationState, PlaqueWords] = MappingProxyType(
    {
        CertificationState.APPLIED: _NOT_CERTIFIED,
        CertificationState.INSPECTED: _NOT_CERTIFIED,
        CertificationState.NOTICE: _NOT_CERTIFIED,
        CertificationState.CERTIFIED: PlaqueWords(
            Tone.YES, lazy_gettext("已挂牌"), lazy_gettext("出示打折卡，结账时就少付。")
        ),
        CertificationState.SUSPENDED: PlaqueWords(
            Tone.NO, lazy_gettext("暂停打折"), lazy_gettext("打折卡在这家店现在不能用。")
        ),
        CertificationState.WITHDRAWN: PlaqueWords(
            Tone.NO,
            lazy_gettext("已摘牌"),
            lazy_gettext("牌子已经收回，打折卡在这里不能用。牌子还挂着的话，请告诉社区。"),
        ),
        CertificationState.LAPSED: PlaqueWords(
            Tone.UNSURE,
            lazy_gettext("待复查"),
            lazy_gettext("挂牌满了一年，还没有复查，打折卡在这里现在不能用。"),
        ),
    }
)
"""By the state that everybody may know."""

OPEN = StateWords(Tone.YES, lazy_gettext("营业中"))
SHUT = StateWords(None, lazy_gettext("现在不营业"))


def plaque_words(shop: Shop, *, today: date) -> PlaqueWords:
    """Return what the plaque of a shop is worth on a day."""
    return PLAQUES[public_state(find_certification_standing(shop, today=today).state)]


def open_words(*, is_open: bool | None) -> StateWords | None:
    """Return whether a shop is open now; None where nobody can say."""
    if is_open is None:
        return None
    return OPEN if is_open else SHUT


def last_use_in_words(last: date | None, today: date) -> str:
    """Return when a card was last used in a shop, to the day; empty where none ever was."""
    if last is None:
        return ""
    days = (today - last).days
    if days <= 0:
        return str(gettext("今天有人用过卡"))
    if days == 1:
        return str(gettext("昨天有人用过卡"))
    if days > MONTH_OF_DAYS:
        return str(gettext("一个多月没有人用过卡"))
    return str(ngettext("%(num)d天前有人用过卡", "%(num)d天前有人用过卡", days))
