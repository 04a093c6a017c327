"""The pledge of a shop (承诺书): its clauses, in their order, and what may not stand in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from loyalty.rules.offer import claims_last_word
from loyalty.rules.typed_text import make_name_key

MOST_CLAUSES = 20
LONGEST_CLAUSE = 200
"""Letters, in any language."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a shop promises."""

    texts: Mapping[str, str]
    """By language: zh_Hans, and zh_Hant and en where they were given."""


class PledgeFault(StrEnum):
    """Why clauses cannot be put into force. Codes are public: add one, never rename one."""

    EMPTY = "empty"
    """There is none."""
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    TWICE = "twice"
    """Two clauses say the same in zh-Hans, signs and blanks aside."""
    LAST_WORD = "last_word"
    """It keeps the last word on its meaning to the shop (最终解释权), in any language."""


@dataclass(frozen=True, slots=True)
class FaultyClause:
    """What is wrong, and where."""

    fault: PledgeFault
    place: int | None = None
    """Of the clause, from 0; None where it is about all of them."""


def find_pledge_fault(clauses: Sequence[Clause]) -> FaultyClause | None:
    """Return what is wrong with a pledge, the first from above; None if it can be signed."""
    if not clauses:
        return FaultyClause(PledgeFault.EMPTY)
    if len(clauses) > MOST_CLAUSES:
        return FaultyClause(PledgeFault.TOO_MANY)
    earlier: set[str] = set()
    for place, clause in enumerate(clauses):
        key = make_name_key(clause.texts["zh_Hans"])
        checks = (
            (any(len(one) > LONGEST_CLAUSE for one in clause.texts.values()), PledgeFault.TOO_LONG),
            (any(claims_last_word(one) for one in clause.texts.values()), PledgeFault.LAST_WORD),
            (key in earlier, PledgeFault.TWICE),
        )
        if fault := next((fault for applies, fault in checks if applies), None):
            return FaultyClause(fault, place)
        earlier.add(key)
    return None
