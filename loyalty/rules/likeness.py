"""What different spellings of one address, household or name have in common.

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


def _number_in(chinese: str) -> int:
    """Return a number up to 99 that is written in Chinese."""
    tens, ten, ones = chinese.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
