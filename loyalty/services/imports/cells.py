"""What the cells of an uploaded table say: texts, names, numbers, yes and no, rates."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from loyalty.rules.money import WHOLE, Permille
from loyalty.rules.typed_text import (
    clean_code,
    clean_label,
    clean_passage,
    clean_person_name,
    fold,
    make_reference_key,
    split_letters,
)
from loyalty.services.errors import ValueRefusedError
from loyalty.services.imports.layout import Cell, CellRefusedError, RowFaultCode, Surroundings
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.people.phones import to_e164

Known = TypeVar("Known")

LONGEST_TEXT = 200

YES = frozenset(
    {"是", "同意", "已同意", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1", "成年"}
)
NO = frozenset(
    {"否", "不同意", "未同意", "无", "不是", "×", "✗", "x", "n", "no", "false", "0", "未成年"}
)

_FORMULA = re.compile(r"[=@+]|-(?!\d+[\u4e00-\u9fff])")
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_TURNED = re.compile(
    r"\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?(?:\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}[-/]{_MONTH}(?:[-/]\d{{2,4}})?|{_MONTH}[-/]\d{{1,4}}|\d{{4}}年\d{{1,2}}月"
    r"|(?:[〇○零一二三四五六七八九]{4}年)?[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日",
    re.ASCII,
)
"""What Excel makes of ``3-2``, as it saves it in a text file."""
_HAN_NAME = r"[\u3400-\u9fff][\u3400-\u9fff·•‧∙・ ]*"
_ANY_NAME = r"[^\W\d_](?:[^\W\d_]|[·.'’ -])+"
_TWO_HAN = (r"(?<=[\u3400-\u9fff]{2})", r"(?=\s*[\u3400-\u9fff]{2})")
_TWO_NAMES = re.compile(
    rf"(?:{_HAN_NAME}(?:[、,;/|&+]|{_TWO_HAN[0]}\s(?:和|与|及)\s{_TWO_HAN[1]})\s*)+{_HAN_NAME}|{_HAN_NAME}\(.*\)"
    rf"|(?:{_ANY_NAME}\s*[、;/|&+]\s*)+{_ANY_NAME}"
)
_BESIDE_NAME = re.compile(r"\d{7}|\d+(?:栋|幢|号|单元|室|楼)|\d-\d", re.ASCII)
_MORE_THAN_ONE = re.compile(
    r"[\u3400-\u9fff]\s*\(|[和与及、]\s*(?:家人|家属|妻子|丈夫|儿子|女儿|孩子)|等\s*[\d一二三四五六七八九十两几多]+\s*[人名位口]"
    r"|[\u3400-\u9fff]{2}\s*(?:夫妇|夫妻|一家|全家)"
)
"""Of ``王芳(妻)李明``, ``王芳及家人`` and ``王芳等3人`` one name is known, and others are meant."""
_BETWEEN_NAMES = re.compile(
    r"[^\w·•‧∙・.]+|(?<=[\u3400-\u9fff]{2})[和与及跟](?=[\u3400-\u9fff]{2})"
)
_COVERED = re.compile(
    r"[?\u25a1\u25a0\u25af\u00d7]|\w\s*\*+\s*\w|\*{2}|\A\w\s*\*\Z|[\u3400-\u9fff]x{2}",
    re.IGNORECASE,
)
"""A letter was lost or covered: ``王?``, ``王*芳``, ``张XX``."""
_NOTHING = frozenset(
    {"无", "空", "暂无", "没有", "无名", "不详", "未知", "待定", "待补"}
    | {"null", "(null)", "none", "nan", "undefined", "n/a", "#n/a"}
)
"""What people and programs write into a cell that has nothing to say."""
_AS_ABOVE = frozenset(
    {"同上", "同前", "同左", "如上", "〃", "″", '"', "''", "“", "”", "do.", "ditto"}
)
_BESIDE_PLACE = re.compile(r"\D1[3-9]\d{9}(?!\d)|^1[3-9]\d{9}\D", re.ASCII)
"""A mobile number written behind an address, or before it."""
_SHORT_NAME = re.compile(r"[\u3400-\u9fff]{2,3}")
_LONGER_NAME = re.compile(r"[\u3400-\u9fff]{3,4}")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
)
"""Of two names with a blank between, each begins with one of these."""
DOUBLE_SURNAMES = frozenset(
    {"欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "令狐", "慕容", "夏侯", "公孙"}
    | {
        "宇文",
        "长孙",
        "端木",
        "独孤",
        "南宫",
        "西门",
        "呼延",
        "轩辕",
        "申屠",
        "淳于",
        "公冶",
        "钟离",
    }
)
_REMARK = re.compile(
    r"\s*\((?:男|女|户主|业主|本人|先生|女士|党员|组长|志愿者|妻|妻子|夫|丈夫|父|母|子)\)$"
)
_NUMBER_BEFORE = re.compile(r"\A\(?[0-9]{1,3}(?:[.、)]|\)、)\s*(?=[^\W\d])")
_NUMBER_END = re.compile(r"[、,;/|&\n]|\s*(?:或|和|及)\s*|\s{2,}|(?<=\d{7})\s+(?=1\d{10}|0\d{2})")
_HELD_AS_NUMBER = re.compile(r"\d{7,15}\.0", re.ASCII)
_BETWEEN_HOMES = (re.compile(r"[、,;/|&+\\]|和|及"), re.compile(r"\s+"))
_TWO_ROOMS = re.compile(
    r"\d\D+(\d{2,4})([室号户]?)(?:\s*(?:[、,;&+]|和|及)\s*\d{2,4}[室号户]?)+\Z", re.ASCII
)
"""``3-501、502``: of the second home the room alone is written."""
_SHORTEST = 5
"""Digits of a telephone number; fewer are an extension, or no number."""
_RATE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)(折|%)?", re.ASCII)


def read_text(cell: str) -> str:
    """Return a line of text. A spreadsheet would run one that begins like a formula: refused.

    A minus may stand before a floor below the ground, as in ``-1层``.
    """
    return _read_text(cell, LONGEST_TEXT)


def make_text_reader(longest: int) -> Callable[[str], str]:
    """Return a reader of texts of so many letters, like `read_text`."""
    return lambda cell: _read_text(cell, longest)


def _read_text(cell: str, longest: int) -> str:
    line = clean_passage(cell)
    if "\ufffd" in line:
        raise CellRefusedError(RowFaultCode.DAMAGED_TEXT)
    if len(line) > longest:
        raise CellRefusedError(RowFaultCode.TOO_LONG, most=longest)
    if _FORMULA.match(fold(line)):
        raise CellRefusedError(RowFaultCode.FORMULA)
    return line


def read_person_name(cell: str) -> str:
    """Return the name of one person; two in one cell are refused, and never made one."""
    line = _read_plain_text(read_text(cell))
    plain = unicodedata.normalize("NFKC", line)
    if _is_more_than_a_name(plain):
        raise CellRefusedError(RowFaultCode.TWO_THINGS)
    if _COVERED.search(plain):
        raise CellRefusedError(RowFaultCode.DAMAGED_TEXT)
    name = clean_person_name(line)
    if not split_letters(name):
        raise CellRefusedError(RowFaultCode.REQUIRED)
    return name


def _is_more_than_a_name(line: str) -> bool:
    """Tell whether a cell names two people, or says where somebody lives or is called."""
    if _TWO_NAMES.fullmatch(line) or _BESIDE_NAME.search(line) or _MORE_THAN_ONE.search(line):
        return True
    names = [part for part in _BETWEEN_NAMES.split(line) if part]
    return len(names) > 1 and all(map(_is_whole_name, names))


def _is_whole_name(part: str) -> bool:
    """Tell whether a text alone is the name of somebody, surname and all."""
    if part[:2] in DOUBLE_SURNAMES:
        return bool(_LONGER_NAME.fullmatch(part))
    return bool(_SHORT_NAME.fullmatch(part)) and part[0] in SURNAMES


def read_label(cell: str) -> str:
    """Return what a thing, a home or a household is called."""
    name = clean_label(read_text(cell))
    if not make_reference_key(name):
        raise CellRefusedError(RowFaultCode.REQUIRED)
    return name


def make_name_reader(
    known: Iterable[tuple[str, Known]], unknown: RowFaultCode
) -> Callable[[str], Known]:
    """Return a reader of names that must be known; a misspelled one is not taken for new.

    Of two that differ in nothing but blanks, case or width, each is known by its own spelling.
    """
    by_name = dict(known)
    by_key = defaultdict[str, list[Known]](list)
    for name, one in by_name.items():
        if one not in by_key[make_reference_key(name)]:
            by_key[make_reference_key(name)].append(one)

    def read(cell: str) -> Known:
        name = read_text(cell)
        if name in by_name:
            return by_name[name]
        found = by_key.get(make_reference_key(name), [])
        if len(found) != 1:
            raise CellRefusedError(unknown)
        return found[0]

    return read


def read_yes_or_no(cell: str) -> bool:
    """Return what a tick or a word says."""
    word = _narrow(cell)
    if word not in YES | NO:
        raise CellRefusedError(RowFaultCode.NOT_YES_OR_NO)
    return word in YES


def strip_remark(cell: Cell, _: Surroundings) -> Cell:
    """Return a name without what registers put around it: ``李秀英(女)``, ``1、李秀英``."""
    plain = unicodedata.normalize("NFKC", cell.text).strip()
    bare = _NUMBER_BEFORE.sub("", _REMARK.sub("", plain)).strip()
    if bare == plain or not bare:
        return cell
    alone = cell.mark is CellMark.LINES and " " not in bare
    return Cell(bare, None if alone else cell.mark)


def read_place(cell: str) -> str:
    """Return an address, a household or a stall: no date, which Excel makes of ``3-2``."""
    line = _read_plain_text(read_text(cell))
    if _BESIDE_PLACE.search(unicodedata.normalize("NFKC", line)):
        raise CellRefusedError(RowFaultCode.TWO_THINGS)
    return read_label(line)


def says_nothing(cell: str) -> bool:
    """Tell whether a cell is filled in with a word for nothing, such as ``无``."""
    return _narrow(cell) in _NOTHING


def read_home(cell: str) -> str:
    """Return an address or a household; of two in one cell, nobody knows which is meant."""
    name = read_place(cell)
    plain = unicodedata.normalize("NFKC", name)
    if _TWO_ROOMS.search(plain) or any(_are_two_homes(m.split(plain)) for m in _BETWEEN_HOMES):
        raise CellRefusedError(RowFaultCode.TWO_THINGS)
    return name


def _are_two_homes(parts: Sequence[str]) -> bool:
    """Tell whether the parts of a text are spelt alike, each with several numbers."""
    shapes = [re.sub(r"\d+", "0", part).strip() for part in parts]
    return len(shapes) > 1 and len(set(shapes)) == 1 and shapes[0].count("0") > 1


def _read_plain_text(line: str) -> str:
    """Return a text that says something by itself, and is no date.

    Where Excel made a date of an address, nobody knows which; and what ``同上`` repeats may stand
    elsewhere by now.
    """
    narrow = _narrow(line)
    if _TURNED.fullmatch(narrow):
        raise CellRefusedError(RowFaultCode.TURNED_DATE, text=line)
    if narrow in _AS_ABOVE:
        raise CellRefusedError(RowFaultCode.AS_ABOVE, text=line)
    if says_nothing(line):
        raise CellRefusedError(RowFaultCode.REQUIRED)
    return line


def read_phone(cell: str) -> str:
    """Return a telephone number as it is stored."""
    if _has_two_numbers(unicodedata.normalize("NFKC", cell)):
        raise CellRefusedError(RowFaultCode.TWO_THINGS)
    try:
        return to_e164(_strip_decimal_zero(cell))
    except ValueRefusedError as error:
        raise CellRefusedError(RowFaultCode.NOT_A_PHONE) from error


def _has_two_numbers(cell: str) -> bool:
    """Tell whether more than one telephone number stands in a cell."""
    numbers = [part for part in _NUMBER_END.split(cell) if sum(map(str.isdigit, part)) >= _SHORTEST]
    return len(numbers) > 1


def _strip_decimal_zero(cell: str) -> str:
    """Return a number without the ``.0`` that programs put behind one that was held as a number."""
    return cell.removesuffix(".0") if _HELD_AS_NUMBER.fullmatch(cell) else cell


def read_rate(cell: str) -> Permille:
    """Return the share that is paid: 8.5, 8.5折, 85折, 85%, 0.85 and 850 are all 850 permille.

    It is never what is taken off: whoever writes 15 % gets 150, which no community's band holds.
    """
    match = _RATE.fullmatch(_narrow(cell))
    if match is None:
        raise CellRefusedError(RowFaultCode.NOT_A_RATE)
    number, unit = Decimal(match[1]), match[2]
    permille = number * (10 if unit == "%" else _permille_of_one(number))
    if permille != int(permille) or not 0 < permille <= WHOLE:
        raise CellRefusedError(RowFaultCode.NOT_A_RATE)
    return Permille(int(permille))


def _permille_of_one(number: Decimal) -> int:
    """Return what one of a written number is worth: a share, 折, per cent or permille."""
    steps = ((1, 1000), (10, 100), (100, 10))
    return next((worth for end, worth in steps if number < end), 1)


def _narrow(cell: str) -> str:
    """Return a cell without blanks and capitals, its digits and signs in half width."""
    return clean_code(cell)
