import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.masking import MASK, mask_name
from tests.conftest import shared_data

letters = st.characters(categories=["Lu", "Ll"]) | st.characters(
    min_codepoint=0x4E00, max_codepoint=0x9FFF
)
names = st.text(letters, min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张小明", "张*明"),
        ("王芳", "王*"),
        ("王", "*"),
        ("欧阳小明", "欧*明"),
        ("买买提·艾力", "买*力"),
        ("古丽", "古*"),
        ("𬭎㛃明", "𬭎*明"),
        ("葛󠄀", "*"),
        ("葛󠄀城", "葛󠄀*"),
        ("E\u0301mile", "E\u0301*e"),
        ("王\u3000芳", "王*"),
        ("王\u200b芳", "王*"),
        ("·王 . 芳·", "王*"),
        ("Anna Li", "A*i"),
        ("Li.", "L*"),
        ("王芳2", "王*"),
        ("\u3164", "*"),
    ],
)
def test_a_name_is_covered_but_for_its_ends(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(names)
def test_never_more_than_the_first_and_the_last_character_shows(name: str) -> None:
    shown = mask_name(name)

    assert len(shown) == min(len(name), 3)
    assert shown.count(MASK) >= 1
    assert shown in {MASK, name[0] + MASK, name[0] + MASK + name[-1]}


@given(names)
def test_names_of_two_characters_hide_the_second(name: str) -> None:
    assert len(name) != 2 or mask_name(name) == name[0] + MASK


@given(first=names, second=names)
def test_long_names_with_the_same_ends_look_the_same(first: str, second: str) -> None:
    assert mask_name(f"张{first}明") == mask_name(f"张{second}明")


def test_every_real_name_is_covered() -> None:
    lines = shared_data("names/historic_names_traditional_2000.csv").read_text("utf-8").splitlines()
    names = [line.split(",")[0] for line in lines[1:]]

    assert len(names) > 1000
    assert [name for name in names if MASK not in mask_name(name) or name in mask_name(name)] == []
    assert all(len(unicodedata.normalize("NFC", mask_name(name))) <= 3 for name in names)
