import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.likeness import differ_in_one_letter, parts_of_address


@pytest.mark.parametrize(
    "written",
    ["1栋1单元07号", "1-1-07", "1-1-7", "一栋一单元７号", "1号楼1单元7室", "第1栋 1 单元 7"],
)
def test_one_home_in_many_spellings_has_the_same_parts(written: str) -> None:
    assert parts_of_address(written) == ("1", "1", "7")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("11-7", "1-17"),
        ("A-12", "B-12"),
        ("张家1号", "李家1号"),
        ("十二栋1", "二十栋1"),
        ("甲", "乙"),
    ],
)
def test_two_homes_have_other_parts(one: str, other: str) -> None:
    assert parts_of_address(one) != parts_of_address(other)


@pytest.mark.parametrize(
    ("chinese", "number"), [("九栋", "9"), ("十栋", "10"), ("十一栋", "11"), ("二十三栋", "23")]
)
def test_numbers_of_houses_may_be_written_in_chinese(chinese: str, number: str) -> None:
    assert parts_of_address(chinese) == (number,)


@given(st.text(max_size=20))
def test_any_text_has_parts_that_are_their_own(text: str) -> None:
    parts = parts_of_address(text)

    assert parts_of_address("-".join(parts)) == parts


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("张小明", "张小名", True),
        ("张小明", "张小明", False),
        ("张明", "李名", False),
        ("明", "名", False),
    ],
)
def test_names_differ_in_one_letter_or_not(one: str, other: str, differ: bool) -> None:  # noqa: FBT001
    assert differ_in_one_letter(one, other) is differ
