import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.services.people.pinyin import pinyin_of, pinyin_of_person
from tests.conftest import shared_data


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单雪梅", "shan xue mei"),
        ("曾国藩", "zeng guo fan"),
        ("解缙", "xie jin"),
        ("尉迟恭", "yu chi gong"),
        ("尉遲恭", "yu chi gong"),
        ("长孙无忌", "zhang sun wu ji"),
        ("区", "ou"),
        ("曾·热合曼", "ceng re he man"),
        ("句伟", "gou wei"),
        ("粘伟", "nian wei"),
        ("乜 伟", "nie wei"),
        ("晟伟", "cheng wei"),
        ("李晟", "li sheng"),
        ("都伟", "du wei"),
        ("阿不都热依木", "a bu du re yi mu"),
        ("阿卜都·买买提", "a bu du mai mai ti"),
        ("都尔逊•艾力", "du er xun ai li"),
        ("莘莘", "shen xin"),
        ("贾玉", "jia yu"),
        ("Ann Lee", "ann lee"),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, pinyin: str) -> None:
    assert pinyin_of_person(name) == pinyin


def test_a_shop_is_read_as_a_text() -> None:
    assert pinyin_of("重庆小面(2号)") == "chong qing xiao mian (2 hao"


def test_every_surname_of_the_country_has_a_sort_key() -> None:
    with shared_data("names/surname_freq_1806.csv").open(encoding="utf-8") as file:
        surnames = [row["surname"] for row in csv.DictReader(file)]

    assert all(pinyin_of_person(surname + "明") for surname in surnames)


@given(st.text())
def test_syllables_stand_one_space_apart_whatever_the_text(text: str) -> None:
    key = pinyin_of_person(text)

    assert key == " ".join(key.split())
