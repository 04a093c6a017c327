"""Rows of a register that are about nobody: sums, signatures, examples, headings once more."""

import re
import unicodedata
from collections.abc import Sequence

from loyalty.services.imports.headings import strip_heading
from loyalty.services.imports.tables import TableRow

EXAMPLE = "示例"
"""Marks the example row of our own forms, in a cell of its own."""

_COUNT = r"\d+(?:\.\d+)?(?:人次|人|户|名|家|项|条|次|分钟|分|个?小时)?"
_SUM = re.compile(
    rf"(?:本页|以上|人数|总)?(?:合计|小计|总计|共计|总数|人数|累计|汇总)[:为]?(?:共?{_COUNT}[,、]?)*"
    rf"|(?:以上|总|合计)?共(?:有|计)?{_COUNT}|[应实]到:?\d+人?.*|(?:sub)?total:?\d*"
    r"|(?:合计|总计|小计|累计|共计)(?:\(.*\)|.{0,6}:.*)"
)
_SIGNER = (
    r"(?:制表|填表|填报|造表|审核|审批|审定|复核|校对|经办|批准|负责|登记|统计|录入|报送|签发)"
    r"(?:人员|人|员)?(?:单位|时间|日期|签字|签名|\(签字\)|\(签名\)|\(盖章\))?"
)
_SIGNATURE = re.compile(
    rf"(?:{_SIGNER}|(?:社区|居委会|主任|书记|单位|网格员|联系人|联系电话|日期|时间|地点|年月|签字|签名"
    r"|盖章|公章|注|备注|说明|填表说明|注意|温馨提示)[^:]{0,8}):.*"
    rf"|{_SIGNER}|(?:签字|签名|盖章|公章)"
)
_ROLE = re.compile(r"[^:(]+(?:人员|人|员)")
"""What a register may tell of a person, in a column of its own."""
MOST_BESIDE_A_ROLE = 2
_DAY = re.compile(r"(?:\d{4})?年\d{0,2}月\d{0,2}日")
"""Alone in a row, the day on which the table was made."""
_PAGE = re.compile(
    r"第\d+页(?:[,/]?共\d+页)?|共\d+页|-\d+-|\(?以下(?:空白|无正文)\)?|page\d+(?:of\d+)?"
)


def is_about_nobody(row: TableRow, top: TableRow, titles: Sequence[TableRow]) -> bool:
    """Tell whether a row below the headings is a sum, a signature, or the head of a new page."""
    cells = [_squeeze(cell) for cell in row.cells if cell]
    if EXAMPLE in cells:
        return True
    if any(_SUM.fullmatch(cell) or _PAGE.fullmatch(cell) for cell in cells[:2]):
        return True
    if _is_signed(cells) or (len(cells) == 1 and _DAY.fullmatch(cells[0])):
        return True
    return _repeats_headings(row, top) or any(
        list(row.cells) == list(title.cells) for title in titles
    )


def _is_signed(cells: Sequence[str]) -> bool:
    """Tell whether a row says who made the table.

    ``负责人`` in front of a whole row is the part of the person the row is about.
    """
    first = cells[0]
    role = len(cells) > MOST_BESIDE_A_ROLE and _ROLE.fullmatch(first)
    return bool(_SIGNATURE.fullmatch(first)) and not role


def is_signature(cell: str) -> bool:
    """Tell whether a cell says who made the table, or when."""
    return bool(_SIGNATURE.fullmatch(_squeeze(cell)))


def _repeats_headings(row: TableRow, top: TableRow) -> bool:
    """Tell whether a row shows the headings once more, as each printed page does."""
    return all(
        place < len(top.cells) and strip_heading(cell) == strip_heading(top.cells[place])
        for place, cell in enumerate(row.cells)
        if cell
    )


def _squeeze(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).casefold()
    return "".join(
        letter for letter in text if not letter.isspace() and unicodedata.category(letter) != "Cf"
    ).translate({ord("計"): "计", ord("總"): "总", ord("審"): "审"})
