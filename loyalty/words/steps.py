"""What is done to rounds, shops and cards, and what follows from it, said before it is done."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.card_action import CardAction
from loyalty.rules.certification import CertificationAction
from loyalty.rules.selection import RoundAction


class StepWords(NamedTuple):
    """How one step is told."""

    word: LazyString
    """On its button."""
    consequence: LazyString
    """What follows, whole and honest."""
    grave: bool = False
    """Somebody loses something by it, or it cannot be undone."""


ROUND_STEPS: Mapping[RoundAction, StepWords] = MappingProxyType(
    {
        RoundAction.OPEN: StepWords(
            lazy_gettext("开始推荐"), lazy_gettext("从现在起可以自荐和推荐，名额和折数不再改变。")
        ),
        RoundAction.SCREEN: StepWords(
            lazy_gettext("结束推荐，开始初审"),
            lazy_gettext("推荐截止。系统逐人核对条件，不合条件的写明理由。"),
        ),
        RoundAction.START_REVIEW: StepWords(
            lazy_gettext("进入评议"), lazy_gettext("初审结果不再改变，合格的人进入评议。")
        ),
        RoundAction.FREEZE: StepWords(
            lazy_gettext("封存名单"),
            lazy_gettext("名单、得分和抽签用什么就此封存，当即公开，谁也不能再改。"),
        ),
        RoundAction.DRAW: StepWords(
            lazy_gettext("抽签排序"),
            lazy_gettext(
                "填封存时写明的种子，由两位见证人签名。同分的人按抽签先后排列，不能重抽；没有收下的种子也公开留着。"
            ),
        ),
        RoundAction.PUBLISH: StepWords(
            lazy_gettext("张榜公示"), lazy_gettext("名单开始公示，没有同意公开姓名的人遮住名字。")
        ),
        RoundAction.CONFIRM: StepWords(
            lazy_gettext("确认名单"),
            lazy_gettext("公示期满，由另一位负责人确认。已不合条件的人由候补依次递补。"),
        ),
        RoundAction.ISSUE: StepWords(
            lazy_gettext("签发打折卡"),
            lazy_gettext("给能发卡的每个人签发一张卡，一次全部完成，不能重来。"),
        ),
        RoundAction.CLOSE: StepWords(
            lazy_gettext("结束本期"), lazy_gettext("本期评选归档，卡照常使用。")
        ),
        RoundAction.CANCEL: StepWords(
            lazy_gettext("取消本期"),
            lazy_gettext("本期评选作废，不发卡。已有的记录保留，理由写入记录。"),
            grave=True,
        ),
    }
)

SHOP_STEPS: Mapping[CertificationAction, StepWords] = MappingProxyType(
    {
        CertificationAction.APPLY: StepWords(
            lazy_gettext("重新申请"), lazy_gettext("店铺从头走挂牌流程。")
        ),
        CertificationAction.INSPECT: StepWords(
            lazy_gettext("检查通过"), lazy_gettext("已查看证照、经营和店面，可以公示。")
        ),
        CertificationAction.PUBLISH: StepWords(
            lazy_gettext("开始公示"), lazy_gettext("店铺名单公示，期满才能挂牌。")
        ),
        CertificationAction.SEND_BACK: StepWords(
            lazy_gettext("退回重查"), lazy_gettext("公示停止，店铺改好以后重新检查。"), grave=True
        ),
        CertificationAction.CERTIFY: StepWords(
            lazy_gettext("挂牌"), lazy_gettext("店铺得到牌号，一年内可以打折，到期复查。")
        ),
        CertificationAction.WARN: StepWords(
            lazy_gettext("警告"), lazy_gettext("店铺照常打折，但要限期改正。"), grave=True
        ),
        CertificationAction.SUSPEND: StepWords(
            lazy_gettext("暂停"),
            lazy_gettext("从现在起，这家店的收银台刷卡显示“本店未挂牌”。改正后可以恢复。"),
            grave=True,
        ),
        CertificationAction.WITHDRAW: StepWords(
            lazy_gettext("摘牌"),
            lazy_gettext("店铺摘下牌子，退出打折，二十四个月内不能再申请。"),
            grave=True,
        ),
        CertificationAction.REINSTATE: StepWords(
            lazy_gettext("恢复"), lazy_gettext("问题已经改正，店铺恢复打折。")
        ),
        CertificationAction.RENEW: StepWords(
            lazy_gettext("复查通过"), lazy_gettext("挂牌从今天起再续一年。")
        ),
    }
)

CARD_STEPS: Mapping[CardAction, StepWords] = MappingProxyType(
    {
        CardAction.HAND_OVER: StepWords(
            lazy_gettext("已交给本人"), lazy_gettext("记下这张卡已经发到本人手里。")
        ),
        CardAction.SUSPEND: StepWords(
            lazy_gettext("挂失"),
            lazy_gettext("从现在起，拿着这张卡的人不能打折。找到后可以解除挂失。"),
            grave=True,
        ),
        CardAction.RESUME: StepWords(lazy_gettext("解除挂失"), lazy_gettext("这张卡恢复使用。")),
        CardAction.REISSUE: StepWords(
            lazy_gettext("补卡"),
            lazy_gettext("旧卡号立即停用，换一张新卡，有效期和折数不变。旧卡不能恢复。"),
            grave=True,
        ),
        CardAction.REVOKE: StepWords(
            lazy_gettext("停用"), lazy_gettext("这张卡从现在起停用，不能恢复。"), grave=True
        ),
    }
)

CLOSE_MONTH = StepWords(
    lazy_gettext("结账"),
    lazy_gettext(
        "这个月的数字从此不变，并且公开。以后传来的、撤销的和退货的，都算在做的那个月。不能重来。"
    ),
)
"""The closing of a month."""
