"""What is wrong with the clauses of a new pledge, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.pledge import LONGEST_CLAUSE, MOST_CLAUSES, FaultyClause, PledgeFault

PLEDGE_FAULTS: Mapping[PledgeFault, LazyString] = MappingProxyType(
    {
        PledgeFault.EMPTY: lazy_gettext("至少写一条。"),
        PledgeFault.TOO_MANY: lazy_gettext("最多写%(clauses)s条，请合并几条。"),
        PledgeFault.TOO_LONG: lazy_gettext("第%(place)s条太长，一条最多%(letters)s个字。"),
        PledgeFault.TWICE: lazy_gettext("第%(place)s条前面已经有了，请去掉一条。"),
        PledgeFault.LAST_WORD: lazy_gettext(
            "第%(place)s条不能写“最终解释权归本店”：说不清的，按对顾客有利的算。"
        ),
    }
)


def pledge_fault_in_words(faulty: FaultyClause) -> str:
    """Return what is wrong with a pledge, and where, counted from 1."""
    place = 1 if faulty.place is None else faulty.place + 1
    values = {"place": place, "clauses": MOST_CLAUSES, "letters": LONGEST_CLAUSE}
    return str(PLEDGE_FAULTS[faulty.fault]) % values
