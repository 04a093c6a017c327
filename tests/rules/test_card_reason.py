import pytest

from loyalty.rules.card_action import NEED_A_REASON
from loyalty.rules.card_reason import OFFERED, CardReason, read_reason


@pytest.mark.parametrize("code", sorted(set(CardReason) - {CardReason.OTHER}))
def test_a_code_needs_no_words(code: CardReason) -> None:
    assert read_reason(code.value) == (code, None)


@pytest.mark.parametrize("words", ["卡片遗失", "LOST", "lost ", "other"])
def test_words_are_another_reason_and_are_kept(words: str) -> None:
    assert read_reason(words) == (CardReason.OTHER, words)


def test_each_action_that_needs_a_reason_offers_some_and_never_the_other_one() -> None:
    assert OFFERED.keys() == NEED_A_REASON
    assert all(reasons and CardReason.OTHER not in reasons for reasons in OFFERED.values())


def test_the_codes_stay_as_they_were_published() -> None:
    published = {"lost", "stolen", "damaged", "misprinted", "moved_away", "died", "other"}

    assert {reason.value for reason in CardReason} == published | {"key_replaced"}
