"""What the verdicts are called, what to do about them, and which of three colours they have."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.verdict import MEANINGS, Tone, Verdict


class VerdictWords(NamedTuple):
    """How one verdict is told."""

    tone: Tone
    word: LazyString
    """A few letters, read across a counter."""
    advice: LazyString
    """What the shop does now."""


_TEXTS: Mapping[Verdict, tuple[LazyString, LazyString]] = MappingProxyType(
    {
        Verdict.OK: (lazy_gettext("有效"), lazy_gettext("请输入金额。")),
        Verdict.OK_OFFLINE: (
            lazy_gettext("有效（离线）"),
            lazy_gettext("请输入金额，联网后自动补记。"),
        ),
        Verdict.UNKNOWN: (lazy_gettext("查无此卡"), lazy_gettext("请核对卡号。这次按原价收款。")),
        Verdict.FORGED: (lazy_gettext("不是真卡"), lazy_gettext("不能打折。请告诉社区。")),
        Verdict.REVOKED: (lazy_gettext("已停用"), lazy_gettext("这张卡不再使用。这次按原价收款。")),
        Verdict.SUSPENDED: (lazy_gettext("已挂失"), lazy_gettext("这张卡已报失。这次按原价收款。")),
        Verdict.EXPIRED: (lazy_gettext("已过期"), lazy_gettext("有效期已过。这次按原价收款。")),
        Verdict.NOT_YET_VALID: (
            lazy_gettext("未到日期"),
            lazy_gettext("还没到使用日期。这次按原价收款。"),
        ),
        Verdict.OTHER_COMMUNITY: (
            lazy_gettext("外社区的卡"),
            lazy_gettext("在本店不能用。这次按原价收款。"),
        ),
        Verdict.SHOP_NOT_CERTIFIED: (
            lazy_gettext("本店未挂牌"),
            lazy_gettext("本店现在不能打折。请联系社区。"),
        ),
        Verdict.TILL_REVOKED: (
            lazy_gettext("设备已停用"),
            lazy_gettext("请联系社区，重新绑定这台设备。"),
        ),
        Verdict.OVER_LIMIT: (
            lazy_gettext("次数已满"),
            lazy_gettext("这张卡的优惠用完了。这次按原价收款。"),
        ),
        Verdict.NOTHING_DISCOUNTABLE: (
            lazy_gettext("商品不打折"),
            lazy_gettext("这些商品不参加打折。按原价收款。"),
        ),
        Verdict.AMOUNT_MISMATCH: (lazy_gettext("金额不符"), lazy_gettext("请重新输入金额。")),
        Verdict.CANNOT_VERIFY_OFFLINE: (
            lazy_gettext("没能核验"),
            lazy_gettext("没有连上网络，卡好不好还不知道。"),
        ),
        Verdict.PAYMENT_CODE: (
            lazy_gettext("这是付款码"),
            lazy_gettext("没有保存。请出示打折卡。"),
        ),
        Verdict.BAD_CODE: (lazy_gettext("读不出来"), lazy_gettext("请再扫一次，或输入14位卡号。")),
        Verdict.CLOCK_WRONG: (
            lazy_gettext("时间不对"),
            lazy_gettext("请校准这台设备的日期和时间。"),
        ),
    }
)

WORDS: Mapping[Verdict, VerdictWords] = MappingProxyType(
    {verdict: VerdictWords(MEANINGS[verdict].tone, *texts) for verdict, texts in _TEXTS.items()}
)
