"""One canonical form for what people type."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.masking import MASK, mask_name
from loyalty.rules.typed_text import (
    BLANK,
    DASH,
    INVISIBLE,
    clean_code,
    clean_code_letters,
    clean_label,
    clean_passage,
    clean_person_name,
    clean_plaque_number,
    make_name_key,
    make_reference_key,
)

EVERY = [chr(one) for one in range(sys.maxunicode + 1)]
NOBODY_SEES = "\u200b\u200d\ufeff\u2060\u00ad\u061c\u202d\u202c\u2067\u3164\u1160\uffa0\ufe0f\u034f"
BETWEEN_LETTERS = NOBODY_SEES + " \t\u3000\u00a0\u2009\u2800·•‧∙・･●⋅.。．—-‐'’´`ʼ\u0301\U000e0100"

junk = st.text(
    st.sampled_from(BETWEEN_LETTERS) | st.characters(categories=["Cf", "Zs", "Po", "Pd"])
)
han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.mark.parametrize(("kind", "known"), [("Cf", INVISIBLE), ("Zs", BLANK), ("Pd", DASH)])
def test_every_character_of_a_kind_is_known(kind: str, known: re.Pattern[str]) -> None:
    missed = [one for one in EVERY if unicodedata.category(one) == kind and not known.match(one)]

    assert missed == []


@given(letters=st.lists(han, min_size=1, max_size=6), data=st.data())
def test_whatever_is_put_between_or_around_the_letters_is_the_same_person(
    letters: list[str], data: st.DataObject
) -> None:
    name = "".join(letters)
    typed = data.draw(junk) + "".join(one + data.draw(junk) for one in letters)

    assert make_name_key(typed) == make_name_key(name)
    assert make_name_key(clean_person_name(typed)) == make_name_key(name)


@given(letters=st.lists(han, min_size=2, max_size=2), data=st.data())
def test_of_two_letters_one_is_shown_whatever_is_put_between_or_around(
    letters: list[str], data: st.DataObject
) -> None:
    typed = data.draw(junk) + "".join(one + data.draw(junk) for one in letters)

    shown = "".join(one for one in mask_name(typed) if one != "\U000e0100")

    assert shown == letters[0] + MASK
    assert mask_name(clean_person_name(typed)).rstrip(MASK)[0] == letters[0]


@given(st.text(han | st.sampled_from("0123456789az")))
def test_what_needs_no_tidying_has_the_forms_of_what_does(plain: str) -> None:
    for make in (clean_label, clean_person_name, clean_code, make_name_key, make_reference_key):
        assert make(plain) == make(plain + "\u200b")


@given(st.text())
def test_forms_are_at_rest(text: str) -> None:
    for form in (
        clean_person_name,
        clean_label,
        clean_passage,
        make_name_key,
        make_reference_key,
        clean_code,
        clean_code_letters,
    ):
        once = form(text)
        assert form(once) == once, form


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("王　芳", "王芳"),
        (" 王\u200b芳\ufeff", "王芳"),
        ("欧阳  娜娜", "欧阳娜娜"),
        ("买买提 • 艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("买买提・艾力・", "买买提·艾力"),
        ("Ａｎｎａ　 Ｌｉ", "Anna Li"),
        ("J. R. Smith", "J. R. Smith"),
        ("Jose\u0301", "José"),
        ("\u2f1d芳", "口芳"),
        ("王芳，", "王芳"),
        ("、王芳；", "王芳"),
        ("王\ufffc芳", "王芳"),
        ("张伟（大）", "张伟（大）"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("王 Anna", "王 Anna"),
        ("\U00031350 芳", "\U00031350芳"),
    ],
)
def test_a_name_is_shown_tidily(typed: str, shown: str) -> None:
    assert clean_person_name(typed) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna li", "ANNA·LI"),
        ("买买提艾力", "买买提·艾力"),
        ("O´Brien", "o’brien"),
        ("葛\U000e0100城", "葛城"),
        ("王ー芳", "王芳"),
        ("Straße", "STRASSE"),
        ("ﾏﾘ", "マリ"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert make_name_key(one) == make_name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("王芳", "王方"), ("王芳1", "王芳2"), ("José", "Jose"), ("張偉", "张伟"), ("吴〇", "吴")],
)
def test_other_letters_are_another_name(one: str, other: str) -> None:
    assert make_name_key(one) != make_name_key(other)


@pytest.mark.parametrize("text", ["", "\u3164", "\u2800\u200b", "··", "— —", "\ufe0f\u0301"])
def test_what_has_no_letter_names_nobody(text: str) -> None:
    assert make_name_key(text) == ""
    assert make_reference_key(text) == ""


@pytest.mark.parametrize(
    "spelling", ["0012", "12", "００１２", "0012 ", "012", "\u200b12", " 0 012".replace(" 0 ", "0")]
)
def test_leading_zeros_make_no_other_household(spelling: str) -> None:
    assert make_reference_key(spelling) == "12"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("H-0012", "h12"),
        ("H-2-201", "Ｈ２—２０１"),
        ("1栋1单元07号", "1 栋 01 单元 7 号"),
        ("1-1-07", "1.1.7"),
        ("3#201", "3-201"),
        ("3号楼-1层", "3号楼—1层"),
    ],
)
def test_spellings_of_one_home_have_one_key(one: str, other: str) -> None:
    assert make_reference_key(one) == make_reference_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1-12", "11-2"),
        ("12", "120"),
        ("0", ""),
        ("3号楼-1层", "3号楼1层"),
        ("1 2", "12"),
        ("A1", "B1"),
    ],
)
def test_other_numbers_are_another_home(one: str, other: str) -> None:
    assert make_reference_key(one) != make_reference_key(other)


@pytest.mark.parametrize("typed", ["tobacco", " Tobacco\u200b", "ＴＯＢＡＣＣＯ", "to bacco"])
def test_a_code_is_of_small_letters(typed: str) -> None:
    assert clean_code(typed) == "tobacco"


@pytest.mark.parametrize(
    "typed", ["abcd-2345", "ＡＢＣＤ　２３４５", "\u202dAB CD·23—45\u202c", "ABCDㅤ2345"]
)
def test_a_code_is_copied_by_hand_in_any_way(typed: str) -> None:
    assert clean_code_letters(typed) == "ABCD2345"


@pytest.mark.parametrize("typed", ["PGY-0001", "pgy—0001", "ＰＧＹ－０００１", " pgy - 0001\u200b"])
def test_a_plaque_is_read_in_any_width_and_case(typed: str) -> None:
    assert clean_plaque_number(typed) == "PGY-0001"


def test_sentences_keep_their_lines_and_lose_what_nobody_sees() -> None:
    assert clean_passage(" 第一行\u202e\n第二 行\u200b ") == "第一行\n第二 行"
