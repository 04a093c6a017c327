"""Rows below the headings that are about nobody: sums, signatures, notes, our own example."""

import re
import unicodedata

from loyalty.services.tables import TableRow

EXAMPLE = "示例"
"""Marks the example row of our own templates, in any cell of its own."""

MOST_CELLS = 4
"""A row that signs or sums up fills few cells; one with more is looked at as any other."""

_SUM = re.compile(
    r"(?:本页|本頁|以上)?(?:合计|总计|小计|共计|累计|总人数|总户数|人数|合計|總計|小計|共計|total|subtotal|sum)"
    r":?(?:共?\d+(?:人|户|戶|条|條|次|家)?)?|共\d+(?:人|户|戶|条|條|次|家)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?:制表|製表|填表|填报|填報|审核|審核|审批|复核|複核|经办|經辦|负责|負責|主管|领导|記錄|记录|登记|登記|组织|組織|"
    r"社区|社區|网格|網格|居委会|物业|签字|簽字|签名|簽名|盖章|蓋章|单位|單位|日期|时间|時間|说明|說明|备注|備註|注|"
    r"note|signature|signed|prepared|date)[^:]{0,10}:.*|.{0,8}(?:签字|簽字|签名|簽名|盖章|蓋章).{0,4}",
    re.IGNORECASE,
)


def is_passed_over(row: TableRow) -> bool:
    """Return whether a row below the headings is about nobody."""
    cells = [_plain(cell) for cell in row.cells if _plain(cell)]
    if not cells or EXAMPLE in cells:
        return True
    if len(cells) > MOST_CELLS:
        return False
    return bool(_SUM.fullmatch(cells[0])) or is_about_the_making(cells[0])


def is_about_the_making(cell: str) -> bool:
    """Return whether a cell says who made a table and when, and nothing of what it holds."""
    return bool(_SIGNATURE.fullmatch(_plain(cell)))


def _plain(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split())
