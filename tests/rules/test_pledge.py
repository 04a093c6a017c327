"""The pledge: at least one clause, none twice, and none that keeps the last word to the shop."""

import pytest

from loyalty.rules.pledge import (
    LONGEST_CLAUSE,
    MOST_CLAUSES,
    Clause,
    FaultyClause,
    PledgeFault,
    find_pledge_fault,
)
from loyalty.services.shops.pledges import FIRST_CLAUSES


def pledge(*clauses: str) -> list[Clause]:
    return [Clause({"zh_Hans": one}) for one in clauses]


def test_what_every_community_begins_with_may_be_signed() -> None:
    assert find_pledge_fault(pledge(*FIRST_CLAUSES)) is None


def test_there_is_at_least_one_clause_and_no_more_than_are_read() -> None:
    many = [f"第{number}条" for number in range(MOST_CLAUSES + 1)]

    assert find_pledge_fault([]) == FaultyClause(PledgeFault.EMPTY)
    assert find_pledge_fault(pledge(*many[:-1])) is None
    assert find_pledge_fault(pledge(*many)) == FaultyClause(PledgeFault.TOO_MANY)


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "en"])
def test_no_clause_is_longer_than_is_read_in_any_language(language: str) -> None:
    def ending(text: str) -> list[Clause]:
        return [*pledge("秤准"), Clause({"zh_Hans": "量足", language: text})]

    assert find_pledge_fault(ending("a" * LONGEST_CLAUSE)) is None
    too_long = find_pledge_fault(ending("a" * (LONGEST_CLAUSE + 1)))
    assert too_long == FaultyClause(PledgeFault.TOO_LONG, place=1)


@pytest.mark.parametrize(
    ("language", "claim"),
    [
        ("zh_Hans", "本活动最终解释权归本店所有"),
        ("zh_Hans", "最 终 解 释 权 归 店 家"),
        ("zh_Hant", "最終解釋權歸本店"),
        ("en", "The shop has the right of final interpretation."),
    ],
)
def test_no_clause_keeps_the_last_word_to_the_shop_in_any_language(
    language: str, claim: str
) -> None:
    clauses = [*pledge("秤准量足"), Clause({"zh_Hans": "一律打折", language: claim})]

    assert find_pledge_fault(clauses) == FaultyClause(PledgeFault.LAST_WORD, place=1)


def test_no_clause_stands_twice_however_it_is_written() -> None:
    twice = pledge("秤准，量足。", "明码标价", "秤准 量足")

    assert find_pledge_fault(twice) == FaultyClause(PledgeFault.TWICE, place=2)
