"""How it is told that the service is looked after, and what a manager does about it."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from loyalty.models import UpkeepReport
from loyalty.rules.upkeep import UpkeepSubject, UpkeepTrouble
from loyalty.rules.verdict import Tone
from loyalty.services.community.upkeep import Upkeep
from loyalty.words.states import StateWords

GIGABYTE = 10**9

SUBJECTS: Mapping[UpkeepSubject, LazyString] = MappingProxyType(
    {
        UpkeepSubject.BACKUP: lazy_gettext("备份"),
        UpkeepSubject.DRILL: lazy_gettext("恢复演练"),
        UpkeepSubject.DISK: lazy_gettext("硬盘"),
    }
)

ABOUT: Mapping[UpkeepSubject, LazyString] = MappingProxyType(
    {
        UpkeepSubject.BACKUP: lazy_gettext(
            "整份备份，管服务器的人做。要放到别的机器上，密码另放。"
        ),
        UpkeepSubject.DRILL: lazy_gettext("系统每周自己把备份恢复一遍，每张表都对数，对完就删。"),
        UpkeepSubject.DISK: lazy_gettext("存数据的硬盘还有多少空。满了就不能收卡。"),
    }
)

TROUBLES: Mapping[UpkeepTrouble, LazyString] = MappingProxyType(
    {
        UpkeepTrouble.NEVER_BACKED_UP: lazy_gettext(
            "还没有做过备份。机器坏了，账就没了。请管服务器的人运行 loyalty backup。"
        ),
        UpkeepTrouble.BACKUP_OLD: lazy_gettext(
            "一周多没有备份了。请管服务器的人运行 loyalty backup。"
        ),
        UpkeepTrouble.DRILL_FAILED: lazy_gettext(
            "备份没能恢复出来。请管服务器的人运行 loyalty doctor，照它说的办。"
        ),
        UpkeepTrouble.DRILL_LATE: lazy_gettext(
            "两周没有演练了。请管服务器的人看看 loyalty serve 是不是一直开着。"
        ),
        UpkeepTrouble.DISK_SOON_FULL: lazy_gettext(
            "硬盘快满了。请管服务器的人这几天就腾出地方，或者换大的。"
        ),
    }
)
"""What is wrong, and who does what."""

WRONG = StateWords(Tone.NO, lazy_gettext("要管一管"))
RIGHT = StateWords(Tone.YES, lazy_gettext("正常"))
NOT_YET = StateWords(None, lazy_gettext("还没有过"))


def standing_in_words(one: Upkeep) -> StateWords:
    """Return how something stands that is looked after."""
    if one.trouble is not None:
        return WRONG
    return NOT_YET if one.report is None else RIGHT


def told_in_words(report: UpkeepReport) -> str:
    """Return what was found the last time, in numbers; nothing where it failed."""
    facts = report.facts
    told = ""
    if report.subject == UpkeepSubject.DISK:
        told = gettext("还空%(room)s GB。", room=f"{facts['free_bytes'] / GIGABYTE:.1f}")
        days = facts["days_left"]
        if days is not None:
            told += ngettext("照现在的用法还够%(num)d天。", "照现在的用法还够%(num)d天。", days)
    elif report.subject == UpkeepSubject.DRILL and report.ok:
        told = gettext(
            "%(tables)s张表都对上了，用了%(seconds)s秒。",
            tables=facts["tables"],
            seconds=facts["seconds"],
        )
    return told
