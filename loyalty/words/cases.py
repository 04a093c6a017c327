"""Why staff look at a sale, and what each decision about it means."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.sale_case import CaseDecision, CaseKind
from loyalty.words.steps import StepWords


class CaseWords(NamedTuple):
    """How one kind of case is told."""

    word: LazyString
    why: LazyString
    """What has happened, and what stands in the books."""


CASES: Mapping[CaseKind, CaseWords] = MappingProxyType(
    {
        CaseKind.FLAGGED: CaseWords(
            lazy_gettext("本来不该打折"),
            lazy_gettext("店铺当时没法核对，已经按打折收了款。账已照记。"),
        ),
        CaseKind.REFUSED: CaseWords(
            lazy_gettext("没有对上卡"),
            lazy_gettext("补传来的这一笔读不出卡号，或不是本社区的卡。没有记账。"),
        ),
        CaseKind.UNPROVEN: CaseWords(
            lazy_gettext("没有设备签名"),
            lazy_gettext("这一笔没有设备的签名，不能证明是这台设备记的。其余照常核对过。"),
        ),
        CaseKind.QUARANTINED: CaseWords(
            lazy_gettext("停用设备补传"),
            lazy_gettext("设备停用以后才传来。先收着，没有记账。"),
        ),
        CaseKind.IMPOSSIBLE_TIMES: CaseWords(
            lazy_gettext("时间太近"),
            lazy_gettext("同一张卡一分钟之内在两家店用过，其中有离线的。两笔账都已照记。"),
        ),
    }
)

UNJUDGED = CaseWords(
    lazy_gettext("没能核对"),
    lazy_gettext("补传来的这一笔，系统当时处理不了。先收着，没有记账。"),
)
"""How a refused sale is told that names a card for all we know, and which we failed to judge."""


DECISIONS: Mapping[CaseDecision, StepWords] = MappingProxyType(
    {
        CaseDecision.ACCEPT: StepWords(
            lazy_gettext("认可"), lazy_gettext("认可这一笔，账就这样定下。")
        ),
        CaseDecision.CHARGE_NOBODY: StepWords(
            lazy_gettext("不追究"),
            lazy_gettext("算是误会：差的钱不向店铺要，也不向持卡人要。账不变。"),
        ),
        CaseDecision.CONTACT_SHOP: StepWords(
            lazy_gettext("联系店铺"),
            lazy_gettext("由社区联系店铺，了解情况。账不变。"),
        ),
    }
)

RECORD_IT = StepWords(
    lazy_gettext("补记入账"),
    lazy_gettext("按设备上的时间记到这家店的账上，以后只能撤销，不能删除。"),
    grave=True,
)
"""What accepting means where nothing has been recorded yet."""

BELIEVE_IT = StepWords(
    lazy_gettext("认可"), lazy_gettext("相信店铺的说法。没有卡号，账上不补这一笔。")
)
"""What accepting means where nothing can be recorded."""


def case_words(kind: CaseKind, *, kept: bool) -> CaseWords:
    """Return how a case of a kind is told.

    Args:
        kept: the sale is kept apart, and can still be recorded.
    """
    return UNJUDGED if kept and kind is CaseKind.REFUSED else CASES[kind]


def decision_words(kind: CaseKind, decision: CaseDecision, *, kept: bool) -> StepWords:
    """Return how a decision is told about a case of a kind, with what follows from it.

    Args:
        kept: the sale is kept apart, and can still be recorded.
    """
    if decision is CaseDecision.ACCEPT and kept:
        return RECORD_IT
    if decision is CaseDecision.ACCEPT and kind is CaseKind.REFUSED:
        return BELIEVE_IT
    return DECISIONS[decision]
