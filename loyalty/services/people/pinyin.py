"""Names in pinyin, by which long lists are sorted and searched; staff correct what is misread."""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

from loyalty.rules.typed_text import clean_person_name

SURNAME_READINGS = {
    "单于": "chan yu",
    "單于": "chan yu",
    "尉遲": "yu chi",
    **dict.fromkeys("单單", "shan"),
    **dict.fromkeys("乐樂", "yue"),
    **dict.fromkeys("区區", "ou"),
    **dict.fromkeys("员員", "yun"),
    **dict.fromkeys("盖蓋", "ge"),
    **dict.fromkeys("种種重", "chong"),
    **dict.fromkeys("缪繆", "miao"),
    **dict.fromkeys("翟祭", "zhai"),
    "么": "yao",
    "乜": "nie",
    "仇": "qiu",
    "仲长": "zhong chang",
    "仲長": "zhong chang",
    "佛": "fo",
    "佴": "nai",
    "卜": "bu",
    "句": "gou",
    "召": "shao",
    "折": "she",
    "晟": "cheng",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "洗": "xian",
    "秘": "bi",
    "粘": "nian",
    "繁": "po",
    "莘": "shen",
    "薄": "bo",
    "藏": "zang",
    "角": "jue",
    "覃": "qin",
    "解": "xie",
    "郇": "xun",
    "都": "du",
    "阚": "kan",
    "颉": "xie",
    "頡": "xie",
    "隗": "wei",
    "黑": "he",
}
"""Readings that differ from those of the same character elsewhere; the library knows no surnames.

A surname with several readings (覃, 郇, 隗) has the one more people bear.
"""

NAME_READINGS = {
    "勒": "le",
    "晟": "sheng",
    "莘": "xin",
    "卜": "bu",
    "贾": "jia",
    "賈": "jia",
    "都": "du",
}
"""Readings inside a name, transcribed ones too: 阿不都 is a bu du, 李晟 is li sheng."""

LONGEST_SURNAME = 2

_READ_IN_NAMES = re.compile(f"([{''.join(NAME_READINGS)}])")


def pinyin_of(text: str) -> str:
    """Return a text in lower-case pinyin without tones, a space between syllables."""
    parts = (part for part in _reader()(text) if any(map(str.isalnum, part)))
    return " ".join(" ".join(parts).casefold().split())


def pinyin_of_person(name: str) -> str:
    """Return a person's name in pinyin, the surname read as a surname.

    A name with a middle dot is transcribed from another language and begins with no surname.
    """
    name = clean_person_name(name)
    if "·" not in name:
        for length in range(LONGEST_SURNAME, 0, -1):
            if reading := SURNAME_READINGS.get(name[:length]):
                return f"{reading} {_read_parts(name[length:])}".rstrip()
    return _read_parts(name)


def _read_parts(name: str) -> str:
    parts = (NAME_READINGS.get(part) or pinyin_of(part) for part in _READ_IN_NAMES.split(name))
    return " ".join(filter(None, parts))


@cache
def _reader() -> Callable[[str], list[str]]:
    """Return what reads a text in syllables; its dictionaries are loaded with the first name."""
    lazy_pinyin: Callable[[str], list[str]] = import_module("pypinyin").lazy_pinyin
    return lazy_pinyin
