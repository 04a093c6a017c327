"""What parties give, in words: who, on what grounds, in which units, and whether it counts."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext

from loyalty.models import Contribution, ContributionKind
from loyalty.rules.benefit import Cell, Label, Party
from loyalty.rules.contributions import ContributionState, Unit
from loyalty.rules.verdict import Tone
from loyalty.services.community.names import names_of
from loyalty.words.honours import name_for_reader
from loyalty.words.states import StateWords

PARTIES: Mapping[Party, LazyString] = MappingProxyType(
    {
        Party.COMMUNITY: lazy_gettext("社区"),
        Party.ENTERPRISES: lazy_gettext("企业"),
        Party.SHOPS: lazy_gettext("店铺"),
        Party.RESIDENTS: lazy_gettext("居民"),
    }
)

LABELS: Mapping[Label, LazyString] = MappingProxyType(
    {
        Label.MEASURED: lazy_gettext("实测"),
        Label.ATTESTED: lazy_gettext("有凭据"),
        Label.ESTIMATED: lazy_gettext("估计"),
    }
)

LABELS_DEFINED = lazy_gettext(
    "实测的由收银台一笔一笔记下，有凭据的由人记下并写明凭据，估计的没有凭据。"
    "三样不相加，不同的单位也不相加。"
)
"""The definition of the matrix: no figure is shown without one."""

UNITS: Mapping[Unit, LazyString] = MappingProxyType(
    {
        Unit.VISITS: lazy_gettext("人次到店"),
        Unit.PEOPLE: lazy_gettext("人"),
        Unit.HOUSEHOLDS: lazy_gettext("户"),
        Unit.ENTERPRISES: lazy_gettext("家企业"),
        Unit.SHOPS: lazy_gettext("家店铺"),
        Unit.LOANS: lazy_gettext("笔贷款"),
        Unit.HOURS: lazy_gettext("小时"),
        Unit.TEAMS: lazy_gettext("支队伍"),
        Unit.MEALS: lazy_gettext("份餐"),
        Unit.EVENINGS: lazy_gettext("个晚上"),
        Unit.DAYS: lazy_gettext("天"),
        Unit.JOBS: lazy_gettext("个岗位"),
        Unit.ITEMS: lazy_gettext("件"),
    }
)

CONTRIBUTION_STATES: Mapping[ContributionState, StateWords] = MappingProxyType(
    {
        ContributionState.WAITING: StateWords(Tone.UNSURE, lazy_gettext("等人核准")),
        ContributionState.COUNTED: StateWords(Tone.YES, lazy_gettext("已计入")),
        ContributionState.WITHDRAWN: StateWords(None, lazy_gettext("已作废")),
    }
)
"""Whether an entry counts, and its colour."""


RETIRED_KIND = StateWords(None, lazy_gettext("不再用"))


def kind_name(kind: ContributionKind) -> str:
    """Return the name of a kind in the reader's language."""
    return name_for_reader(names_of(kind))


def quantity_in_words(given: Cell | Contribution) -> str:
    """Return what was counted with its unit, such as 3,500人次; a dash for money alone."""
    if isinstance(given, Cell):
        counted = [(unit, int(quantity * 100)) for unit, quantity in given.quantities]
    else:
        counted = [(given.unit, given.quantity_hundredths)] if given.unit else []
    told = [
        gettext("%(number)s%(unit)s", number=_grouped(hundredths), unit=UNITS[Unit(unit)])
        for unit, hundredths in counted
    ]
    return str(gettext("、")).join(told) or "–"


def _grouped(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole:,}.{rest:02d}".removesuffix(".00")
