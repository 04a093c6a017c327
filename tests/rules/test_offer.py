import pytest

from loyalty.rules.offer import claims_last_word


@pytest.mark.parametrize(
    "text",
    [
        "最终解释权归本店所有",
        "买一送一。最 终·解\u200b释—权 归本店",
        "最終解釋權歸本店",
        "解释权归市场",
        "本店有最终决定权",
        "The right of Final Interpretation is ours",
        "zui zhong jie shi quan",
    ],
)
def test_a_claim_to_the_last_word_is_seen_however_it_is_spelled(text: str) -> None:
    assert claims_last_word(text)


@pytest.mark.parametrize("text", ["", "买面送葱", "有问题请店主解释", "最终价以收银台为准"])
def test_an_ordinary_offer_claims_nothing(text: str) -> None:
    assert not claims_last_word(text)
