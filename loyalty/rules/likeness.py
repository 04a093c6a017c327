"""What different spellings of one address, household, person or party have in common.

It tells whom or what somebody may have meant, for a person to confirm; nothing is the same by it.
"""

import re
import unicodedata

_STRUCTURE = str.maketrans(dict.fromkeys("栋幢座棟号號楼樓单單元室户戶层層门門牌弄院区區第", " "))
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_CHINESE_NUMBER = re.compile(
    r"(?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
    r"(?=[栋幢座棟号號楼樓单單室户戶层層门門弄院区區])"
)
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}

_LEGAL_FORM = re.compile(
    r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司|集团公司|公司|集团|总厂|分厂|商行|商店|店铺|店)\Z"
)
_WHERE = re.compile(r"\A[\u3400-\u9fff]{2,7}?(?:省|自治区|市|自治州|地区|区|县)")
_IN_BRACKETS = re.compile(r"\(.*?\)")
_SHORTEST_STEM = 2

Parts = tuple[str, ...]


def parts_of_address(text: str) -> Parts:
    """Return the numbers and names in an address or a household's reference, in their order.

    ``1栋1单元07号``, ``1-1-7`` and ``一栋一单元７号`` have the same parts; numbers lose their zeros
    in front. A text without any letter or digit has none.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _CHINESE_NUMBER.sub(lambda found: str(_number_in(found[0])), plain)
    spaced = plain.translate(_STRUCTURE)
    return tuple(
        part.lstrip("0") or "0" if part.isdigit() else part for part in _PARTS.findall(spaced)
    )


def differ_in_one_letter(one: str, other: str) -> bool:
    """Return whether two names of two letters or more differ in exactly one of them."""
    if len(one) != len(other) or len(one) < len("某某"):
        return False
    return sum(left != right for left, right in zip(one, other, strict=True)) == 1


def stem_of_party(name: str) -> Parts:
    """Return what is left of a party's name without its place and its form of company.

    ``和平区天山面粉有限公司`` and ``天山面粉厂(总部)`` may be the same, ``天山面粉``
    and ``天山面包`` are not. A name of which too little is left has none.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    bare = "".join(_IN_BRACKETS.sub("", plain).split())
    stem = _LEGAL_FORM.sub("", _WHERE.sub("", bare)).removesuffix("厂")
    return (stem,) if len(stem) >= _SHORTEST_STEM else ()


def _number_in(chinese: str) -> int:
    """Return a number up to 99 that is written in Chinese."""
    tens, ten, ones = chinese.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
