"""What is kept of a person, in words they read: the parts, their columns, and their codes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.card_action import CardAction
from loyalty.rules.erasure import ErasureObstacle
from loyalty.rules.retention import LINKS_OF_SALES
from loyalty.services.people.consents import Consent, ConsentSource
from loyalty.words.cases import CASES
from loyalty.words.messages import MESSAGES
from loyalty.words.messages import STATES as MESSAGE_STATES
from loyalty.words.nominations import SOURCES, STATES
from loyalty.words.obstacles import OUTCOMES
from loyalty.words.states import CARD_STATES
from loyalty.words.steps import CARD_STEPS, StepWords


class PartWords(NamedTuple):
    """How the records of one table are told."""

    heading: LazyString
    columns: Mapping[str, LazyString]
    """What is shown of each, in this order."""


WHEN = lazy_gettext("时间")
REASON = lazy_gettext("理由")
STATE = lazy_gettext("状态")

CONSENTS: Mapping[Consent, LazyString] = MappingProxyType(
    {
        Consent.MEMBERSHIP: lazy_gettext("同意参加评选"),
        Consent.PUBLICITY: lazy_gettext("同意公开姓名"),
        Consent.CONTACT: lazy_gettext("同意电话联系"),
        Consent.MESSAGES: lazy_gettext("同意收消息"),
    }
)

CONSENT_SOURCES: Mapping[ConsentSource, LazyString] = MappingProxyType(
    {
        ConsentSource.STAFF: lazy_gettext("对工作人员说的"),
        ConsentSource.RESIDENT: lazy_gettext("自己在网页上改的"),
        ConsentSource.IMPORT: lazy_gettext("写在导入的表里"),
        ConsentSource.NOMINATION: lazy_gettext("被推荐时问过本人"),
        ConsentSource.EARLIER: lazy_gettext("以前登记的"),
    }
)

PARTS: Mapping[str, PartWords] = MappingProxyType(
    {
        "resident": PartWords(
            lazy_gettext("登记"),
            {
                "name": lazy_gettext("姓名"),
                "unit": lazy_gettext("住址"),
                "household_ref": lazy_gettext("户号"),
                "phone": lazy_gettext("电话"),
                "adult": lazy_gettext("已满十八岁"),
                "area": lazy_gettext("责任区"),
                "household_group": lazy_gettext("联户单元"),
                "consent_membership": CONSENTS[Consent.MEMBERSHIP],
                "consent_publicity": CONSENTS[Consent.PUBLICITY],
                "consent_contact": CONSENTS[Consent.CONTACT],
                "consent_messages": CONSENTS[Consent.MESSAGES],
                "created_at": lazy_gettext("登记时间"),
            },
        ),
        "consent_event": PartWords(
            lazy_gettext("同意过什么"),
            {
                "at": WHEN,
                "consent": lazy_gettext("哪一项"),
                "agreed": lazy_gettext("同意"),
                "source": lazy_gettext("怎么说的"),
            },
        ),
        "deed": PartWords(
            lazy_gettext("好事"),
            {
                "done_on": lazy_gettext("日期"),
                "kind": lazy_gettext("好事"),
                "points_hundredths": lazy_gettext("积分"),
                "source": lazy_gettext("出处"),
            },
        ),
        "candidate": PartWords(
            lazy_gettext("评选"),
            {
                "reference": lazy_gettext("公开用的代号"),
                "score_hundredths": lazy_gettext("得分"),
                "place": lazy_gettext("名次"),
                "outcome": lazy_gettext("结果"),
            },
        ),
        "nomination": PartWords(
            lazy_gettext("推荐"),
            {"at": WHEN, "source": lazy_gettext("谁推荐"), "state": STATE},
        ),
        "objection": PartWords(
            lazy_gettext("对您这一行的异议"),
            {
                "made_at": WHEN,
                "upheld": lazy_gettext("异议成立"),
                "reason": lazy_gettext("答复"),
            },
        ),
        "card": PartWords(
            lazy_gettext("打折卡"),
            {
                "serial": lazy_gettext("卡号前12位"),
                "honour": lazy_gettext("荣誉"),
                "pay_permille": lazy_gettext("折数"),
                "valid_from": lazy_gettext("从哪天起"),
                "valid_until": lazy_gettext("到哪天止"),
                "state": STATE,
            },
        ),
        "card_event": PartWords(
            lazy_gettext("卡办过的事"),
            {"at": WHEN, "action": lazy_gettext("办理"), "reason": REASON},
        ),
        "redemption": PartWords(
            lazy_gettext("用卡"),
            {
                "happened_at": WHEN,
                "shop": lazy_gettext("哪家店"),
                "kind": lazy_gettext("哪一种"),
                "total_fen": lazy_gettext("原价（元）"),
                "payable_fen": lazy_gettext("付了（元）"),
                "saved_fen": lazy_gettext("省了（元）"),
            },
        ),
        "sale_case": PartWords(
            lazy_gettext("用卡问题"),
            {"opened_at": WHEN, "kind": lazy_gettext("哪一种"), "reason": REASON},
        ),
        "own_page": PartWords(
            lazy_gettext("自己的网页"),
            {
                "created_at": lazy_gettext("给激活码的时间"),
                "activation_used_at": lazy_gettext("激活的时间"),
            },
        ),
        "message_recipient": PartWords(
            lazy_gettext("消息发到哪里"),
            {
                "created_at": WHEN,
                "reference": lazy_gettext("订阅号"),
                "service": lazy_gettext("浏览器的推送服务"),
            },
        ),
        "message": PartWords(
            lazy_gettext("收到的消息"),
            {"made_at": WHEN, "kind": lazy_gettext("哪一种"), "state": STATE},
        ),
        "staff_account": PartWords(
            lazy_gettext("工作账号"),
            {
                "username": lazy_gettext("登录名"),
                "display_name": lazy_gettext("显示的名字"),
                "created_at": WHEN,
            },
        ),
    }
)
"""By the names of `services.privacy.export.PARTS`; what has no words here is in the file alone."""

CODES: Mapping[tuple[str, str], Mapping[str, LazyString]] = MappingProxyType(
    {
        ("consent_event", "consent"): {one.value: word for one, word in CONSENTS.items()},
        ("consent_event", "source"): {one.value: word for one, word in CONSENT_SOURCES.items()},
        ("candidate", "outcome"): {one.value: word for one, word in OUTCOMES.items()},
        ("nomination", "source"): SOURCES,
        ("nomination", "state"): STATES,
        ("card", "state"): {one.value: words.word for one, words in CARD_STATES.items()},
        ("card_event", "action"): {one.value: CARD_STEPS[one].word for one in CardAction},
        ("redemption", "kind"): {
            "sale": lazy_gettext("用了一次"),
            "void": lazy_gettext("撤销"),
            "return": lazy_gettext("退货"),
        },
        ("message", "kind"): {one.value: word for one, word in MESSAGES.items()},
        ("message", "state"): {one.value: words.word for one, words in MESSAGE_STATES.items()},
        ("sale_case", "kind"): {one.value: words.word for one, words in CASES.items()},
    }
)
"""By part and column: what its codes are called."""

ERASURE_OBSTACLES: Mapping[ErasureObstacle, LazyString] = MappingProxyType(
    {
        ErasureObstacle.ON_A_LIST: lazy_gettext(
            "名单已经封存，上面有这个人。等卡签发以后再删；现在可以先撤回“同意公开姓名”。"
        ),
        ErasureObstacle.OPEN_OBJECTION: lazy_gettext(
            "有一条对这个人的异议还没有答复，答复了再删。"
        ),
        ErasureObstacle.OPEN_CASE: lazy_gettext("有一笔用卡还没有处理完，处理完了再删。"),
        ErasureObstacle.HAS_ACCOUNT: lazy_gettext("这个人有工作账号，请负责人先停用账号。"),
    }
)

ERASURE = StepWords(
    lazy_gettext("删除个人信息"),
    lazy_gettext("删了就找不回来：这个人的卡马上停用，想再参加要重新登记。"),
    grave=True,
)

WHAT_GOES = (
    lazy_gettext("删掉：姓名、住址、户号、电话、好事、同意的记录，还有自己的网页和密码。"),
    lazy_gettext("别人写的话里提到的姓名、住址和电话，也一并去掉；投诉里提到的，照片也去掉。"),
    lazy_gettext("其他照片和上传的文件（如凭证）里写了什么，系统认不出来，不会改，照旧留着。"),
    lazy_gettext("留下：各家店铺的账和每月的数字，一分不变，但不再跟这个人连在一起。"),
    lazy_gettext(
        "用过的每一笔，在%(days)d天里还记着是哪张卡（退货、查账要用），卡上没有名字；过后连卡也不记。",
        days=LINKS_OF_SALES.days,
    ),
    lazy_gettext("以前公示和抽签的记录只用代号，不写名字，照旧留着。"),
)
"""What erasing does, a sentence each."""
