from datetime import date

import pytest

from loyalty.rules.offer import are_staff_reminded, claims_last_word, find_quarter


@pytest.mark.parametrize(
    "text",
    [
        "最终解释权归本店所有",
        "买一送一。最 终·解\u200b释—权 归本店",
        "最終解釋權歸本店",
        "解释权归市场",
        "本店有最终决定权",
        "本店有最終決定權",
        "本店保留最後決定權",
        "The right of Final Interpretation is ours",
        "zui zhong jie shi quan",
    ],
)
def test_a_claim_to_the_last_word_is_seen_however_it_is_spelled(text: str) -> None:
    assert claims_last_word(text)


@pytest.mark.parametrize("text", ["", "买面送葱", "有问题请店主解释", "最终价以收银台为准"])
def test_an_ordinary_offer_claims_nothing(text: str) -> None:
    assert not claims_last_word(text)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_a_quarter_begins_with_its_first_month(day: date, first: date) -> None:
    assert find_quarter(day) == first


@pytest.mark.parametrize(("day", "reminded"), [(14, False), (15, True)])
def test_staff_are_reminded_when_owners_have_had_two_weeks(day: int, *, reminded: bool) -> None:
    assert are_staff_reminded(date(2026, 10, day)) is reminded
