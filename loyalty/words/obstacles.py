"""What stands in the way, and why somebody was not chosen, in words."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_babel import LazyString, get_locale, gettext, lazy_gettext

from loyalty.rules.card_action import CardObstacle
from loyalty.rules.certification import CertificationObstacle
from loyalty.rules.closed_month import MonthObstacle
from loyalty.rules.eligibility import Reason
from loyalty.rules.occupancy import StallObstacle
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundObstacle
from loyalty.services.imports.jobs import ImportObstacle

OBSTACLES: Mapping[str, LazyString] = MappingProxyType(
    {
        RoundObstacle.WRONG_STATE: lazy_gettext("现在还不到这一步，或者这一步已经做过了。"),
        RoundObstacle.ALREADY_FROZEN: lazy_gettext("名单已经封存。"),
        RoundObstacle.NOT_FROZEN: lazy_gettext("名单还没有封存。"),
        RoundObstacle.BALLOTS_MISSING: lazy_gettext("评委的打分还没有交齐；不等了，请写明理由。"),
        RoundObstacle.CONFLICT_OF_INTEREST: lazy_gettext("评委应当回避，不能给这个人打分。"),
        RoundObstacle.PANEL_FIXED: lazy_gettext("评议已经开始，换评委请写明理由。"),
        RoundObstacle.ALREADY_DECIDED: lazy_gettext("这一条已经处理过。"),
        RoundObstacle.ALREADY_DRAWN: lazy_gettext("已经抽过签。"),
        RoundObstacle.NOT_DRAWN: lazy_gettext("还没有抽签。"),
        RoundObstacle.SEED_NOT_OUT: lazy_gettext("封存时写明的抽签日还没到。"),
        RoundObstacle.FROZE_THE_LIST: lazy_gettext(
            "封存名单的人不能填抽签种子，请另一位工作人员来。"
        ),
        RoundObstacle.CALENDAR_MISSING: lazy_gettext(
            "公示会跨到放假安排还没有录入的一年，天数算不准。请先在“工作日”里录入那一年的放假和调休。"
        ),
        RoundObstacle.NOTICE_RUNNING: lazy_gettext("公示还没有期满。"),
        RoundObstacle.NOTICE_OVER: lazy_gettext("公示已经期满，不能再提异议。"),
        RoundObstacle.OBJECTIONS_OPEN: lazy_gettext("还有异议没有答复。"),
        RoundObstacle.CARDS_SIGNED: lazy_gettext("已经签发了一部分卡，不能取消。"),
        RoundObstacle.SAME_PERSON: lazy_gettext("发起本期的人不能自己确认，请另一位负责人来。"),
        CertificationObstacle.NO_REASON: lazy_gettext("请写明理由。"),
        CertificationObstacle.NO_INSPECTION: lazy_gettext(
            "请先填评分表：社区要求检查合格才能挂牌。"
        ),
        CertificationObstacle.INSPECTION_FAILED: lazy_gettext(
            "最近一次检查不合格，请店铺改好，再检查一次。"
        ),
        CertificationObstacle.OBJECTION_OPEN: lazy_gettext("有异议还没有答复。"),
        CertificationObstacle.WITHDRAWN_RECENTLY: lazy_gettext("摘牌未满二十四个月，还不能申请。"),
        StallObstacle.STALL_IS_LET: lazy_gettext("这个摊位那时已经租出去了。先退租，再租给别人。"),
        StallObstacle.STALL_IS_EMPTY: lazy_gettext("这个摊位那时没有租给谁，或者后来已经另租了。"),
        StallObstacle.STALL_NOT_BUILT: lazy_gettext("这个摊位那时还没有建好。"),
        CardObstacle.VALIDITY_OVER: lazy_gettext("这张卡的有效期已过。"),
        MonthObstacle.MONTH_CLOSED: lazy_gettext("这个月已经结账。"),
        MonthObstacle.FIGURES_NOT_OUT: lazy_gettext(
            "这个月的数字还没有定下来：月底后要等八天，等没有网络时卖的也传上来。下个月九号起可以结账。"
        ),
        MonthObstacle.EARLIER_MONTH_OPEN: lazy_gettext("前面的月份还没有结账，请按先后来。"),
        MonthObstacle.NOTHING_TO_CLOSE: lazy_gettext("到这个月为止还没有人用过卡，不用结账。"),
        MonthObstacle.CASES_UNDECIDED: lazy_gettext(
            "这个月还有用卡问题没有处理，请先在“用卡问题”里处理完。"
        ),
        MonthObstacle.CONTRIBUTIONS_WAITING: lazy_gettext(
            "还有金额大的贡献等人核准，请先在“各方贡献”里核准或作废。"
        ),
        ImportObstacle.APPLIED_ALREADY: lazy_gettext("这个文件已经导入过。"),
        ImportObstacle.UNDONE_ALREADY: lazy_gettext("这次导入已经撤回。"),
        ImportObstacle.NOT_APPLIED: lazy_gettext("这个文件还没有导入。"),
        ImportObstacle.HAS_ERRORS: lazy_gettext("还有错误的行。"),
        ImportObstacle.NOTHING_RIGHT: lazy_gettext("没有可以导入的行。"),
        ImportObstacle.TABLE_FORGOTTEN: lazy_gettext("这张表已经不再保存，请重新上传。"),
        ImportObstacle.OVERTAKEN: lazy_gettext("检查以后又有了变化，请重新上传。"),
    }
)
"""By code; the obstacles that rounds, shops and cards share mean the same for each."""

NOT_NOW = lazy_gettext("现在还不能这样做。")
"""For an obstacle that has no words of its own."""

REASONS: Mapping[Reason, LazyString] = MappingProxyType(
    {
        Reason.NOT_ADULT: lazy_gettext("未成年"),
        Reason.NO_CONSENT: lazy_gettext("没有同意参加"),
        Reason.INACTIVE: lazy_gettext("已不在本社区"),
        Reason.COOLING_OFF: lazy_gettext("最近得过，轮到别人"),
        Reason.HOUSEHOLD_ALREADY_SELECTED: lazy_gettext("同户已有人入选"),
        Reason.NOT_NOMINATED: lazy_gettext("没有推荐"),
        Reason.BELOW_THRESHOLD: lazy_gettext("分数不够"),
        Reason.OBJECTION_UPHELD: lazy_gettext("异议成立"),
        Reason.DECLINED: lazy_gettext("本人不愿参选"),
        Reason.CHOSEN_ON_OTHER_LIST: lazy_gettext("已在另一张名单入选"),
        Reason.HOUSEHOLD_REPRESENTED: lazy_gettext("同户另一位进了名单"),
        Reason.AREA_MINIMUM_FIRST: lazy_gettext("名额先给了责任区的最少名额"),
        Reason.LOT: lazy_gettext("同分抽签没有抽中"),
        Reason.QUOTA_FULL: lazy_gettext("名额已满"),
    }
)

FACTS: Mapping[Reason, LazyString] = MappingProxyType(
    {
        Reason.NOT_ADULT: lazy_gettext("登记为未满十八岁"),
        Reason.NO_CONSENT: lazy_gettext("登记为未同意参加"),
        Reason.INACTIVE: lazy_gettext("登记为已迁出"),
        Reason.COOLING_OFF: lazy_gettext("得过%(months)s的卡"),
        Reason.HOUSEHOLD_ALREADY_SELECTED: lazy_gettext("本期同一户号已有人入选"),
        Reason.NOT_NOMINATED: lazy_gettext("没有人推荐"),
        Reason.BELOW_THRESHOLD: lazy_gettext("得%(score)s分，要%(threshold)s分"),
        Reason.OBJECTION_UPHELD: lazy_gettext("公示期间有人提出，由无关的人核实"),
        Reason.CHOSEN_ON_OTHER_LIST: lazy_gettext("一人一张卡，归折数更优的荣誉"),
        Reason.HOUSEHOLD_REPRESENTED: lazy_gettext("一户只有得分高的一位参加排列"),
        Reason.QUOTA_FULL: lazy_gettext("得分更高、或一年内得卡更少的人在前"),
    }
)
"""The fact behind each reason; the values in it are written by the page."""

OUTCOMES: Mapping[Outcome, LazyString] = MappingProxyType(
    {
        Outcome.NOMINATED: lazy_gettext("已推荐"),
        Outcome.DECLINED: lazy_gettext("本人谢绝"),
        Outcome.SCREENED_OUT: lazy_gettext("初审未通过"),
        Outcome.ELIGIBLE: lazy_gettext("初审合格"),
        Outcome.SELECTED: lazy_gettext("入选"),
        Outcome.RESERVE: lazy_gettext("候补"),
        Outcome.NOT_SELECTED: lazy_gettext("未入选"),
        Outcome.REMOVED: lazy_gettext("已退出"),
    }
)


def reason_name(code: str) -> str:
    """Return a coded reason of the screening in words."""
    return str(REASONS[Reason(code)])


def reason_with_fact(code: str, **values: str) -> str:
    """Return a coded reason with the fact behind it: 分数不够：得52.00分，要60.00分."""
    reason = Reason(code)
    # A wait that is due to a card that still works names no month.
    known = values["months"] or reason is not Reason.COOLING_OFF
    fact = str(FACTS[reason]) % values if known and reason in FACTS else ""
    return (
        gettext("%(reason)s：%(fact)s", reason=REASONS[reason], fact=fact)
        if fact
        else str(REASONS[reason])
    )


def outcome_name(code: str) -> str:
    """Return in words how a candidate came out."""
    return str(OUTCOMES[Outcome(code)])


def obstacles_in_words(codes: Iterable[str]) -> str:
    """Return everything that is missing, as sentences."""
    return join_sentences(OBSTACLES.get(code, NOT_NOW) for code in dict.fromkeys(codes))


def join_sentences(parts: Iterable[LazyString | str]) -> str:
    """Return sentences one after the other; only Chinese sets no space between them."""
    locale = get_locale()
    space = "" if locale is None or locale.language == "zh" else " "
    return space.join(map(str, parts))
