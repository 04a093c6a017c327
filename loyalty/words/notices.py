"""What a public notice says: why somebody stands on a list, until when, and what became of it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from loyalty.rules.basis import Basis
from loyalty.rules.notice import NoticeKind, ObjectionState, is_notice_over
from loyalty.rules.verdict import Tone
from loyalty.services.deeds.points import format_points
from loyalty.services.notice.public_notice import NoticeLine, NoticeList
from loyalty.words.honours import name_for_reader
from loyalty.words.states import StateWords

NOTICE_KINDS: Mapping[NoticeKind, LazyString] = MappingProxyType(
    {
        NoticeKind.FIRST: lazy_gettext("首次公示"),
        NoticeKind.SUPPLEMENTARY: lazy_gettext("补充公示：有候补递补"),
        NoticeKind.CORRECTION: lazy_gettext("更正：有人退出名单"),
        NoticeKind.TAKEN_DOWN: lazy_gettext("撤下：本期取消"),
    }
)

OBJECTION_STATES: Mapping[ObjectionState, StateWords] = MappingProxyType(
    {
        ObjectionState.OPEN: StateWords(None, lazy_gettext("正在核实")),
        ObjectionState.UPHELD: StateWords(Tone.YES, lazy_gettext("异议成立，已退出名单")),
        ObjectionState.DISMISSED: StateWords(Tone.UNSURE, lazy_gettext("异议不成立")),
    }
)


def basis_in_words(line: NoticeLine) -> str:
    """Return why a person stands on a list, as far as everyone may know it."""
    score = gettext(
        "得分%(lowest)s至%(highest)s",
        lowest=format_points(line.score_from),
        highest=format_points(line.score_to),
    )
    match line.basis:
        case Basis.SCORE:
            return str(score)
        case Basis.LOTTERY:
            drawn = ngettext(
                "同分%(num)d人抽签，第%(place)d位",
                "同分%(num)d人抽签，第%(place)d位",
                line.lottery_of or 0,
                place=line.lottery_place,
            )
            return f"{score} · {drawn}"
        case Basis.AREA_MINIMUM:
            seat = gettext("%(area)s的保底名额", area=line.area or gettext("责任区"))
            return f"{score} · {seat}"
        case Basis.MOVED_UP:
            return f"{score} · {gettext('候补递补')}"


def notice_kind_name(code: str) -> str:
    """Return why a version of a notice was published."""
    return str(NOTICE_KINDS[NoticeKind(code)])


def list_name(one: NoticeList) -> str:
    """Return the name of a list's honour in the reader's language."""
    return name_for_reader(one.honour_names)


def days_left(last: date, today: date) -> str:
    """Return how long a notice still runs, its last day included."""
    if is_notice_over(last, today):
        return str(gettext("公示已经期满"))
    left = (last - today).days
    if left == 0:
        return str(gettext("今天是最后一天"))
    return str(ngettext("还有%(num)d天", "还有%(num)d天", left))
