"""Names in pinyin, by which long lists are sorted and searched; staff correct what is misread."""

from pypinyin import lazy_pinyin

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
    "仇": "qiu",
    "佴": "nai",
    "卜": "bu",
    "召": "shao",
    "折": "she",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "洗": "xian",
    "秘": "bi",
    "繁": "po",
    "薄": "bo",
    "覃": "qin",
    "解": "xie",
    "郇": "xun",
    "都": "du",
    "阚": "kan",
    "隗": "wei",
    "黑": "he",
}
"""Readings that differ from those of the same character elsewhere; the library knows no surnames.

A surname with several readings (覃, 郇, 隗) has the one more people bear.
"""

LONGEST_SURNAME = 2


def pinyin_of(text: str) -> str:
    """Return a text in lower-case pinyin without tones, a space between syllables."""
    parts = (part for part in lazy_pinyin(text) if any(map(str.isalnum, part)))
    return " ".join(" ".join(parts).casefold().split())


def pinyin_of_person(name: str) -> str:
    """Return a person's name in pinyin, the surname read as a surname.

    A name with a middle dot is transcribed from another language and begins with no surname.
    """
    if "·" not in name:
        for length in range(LONGEST_SURNAME, 0, -1):
            if reading := SURNAME_READINGS.get(name[:length]):
                return f"{reading} {pinyin_of(name[length:])}".rstrip()
    return pinyin_of(name)
