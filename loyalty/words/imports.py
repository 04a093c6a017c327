"""What is wrong with an uploaded table, in sentences."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext

from loyalty.rules.money import Permille, pay_in_words
from loyalty.services.import_layout import RowFaultCode
from loyalty.services.tables import FileFault

ROW_FAULTS: Mapping[RowFaultCode, LazyString] = MappingProxyType(
    {
        RowFaultCode.MISSING_HEADING: lazy_gettext("缺少「%(column)s」这一列。"),
        RowFaultCode.UNKNOWN_HEADING: lazy_gettext("不认识「%(column)s」这一列，内容不会导入。"),
        RowFaultCode.REPEATED_HEADING: lazy_gettext("「%(column)s」出现了两次，只看第一列。"),
        RowFaultCode.REQUIRED: lazy_gettext("「%(column)s」不能空着。"),
        RowFaultCode.TOO_LONG: lazy_gettext("「%(column)s」最多%(most)s个字。"),
        RowFaultCode.DAMAGED_TEXT: lazy_gettext("「%(column)s」里有显示不了的字，请重新输入。"),
        RowFaultCode.FORMULA: lazy_gettext("「%(column)s」像是公式，开头不能是 = + - @。"),
        RowFaultCode.NOT_YES_OR_NO: lazy_gettext("「%(column)s」请填“是”或“否”。"),
        RowFaultCode.NOT_A_PHONE: lazy_gettext("「%(column)s」不是电话号码。"),
        RowFaultCode.NOT_A_DATE: lazy_gettext("「%(column)s」请写成 2026-11-16 这样的日期。"),
        RowFaultCode.FUTURE_DATE: lazy_gettext("「%(column)s」还没到。"),
        RowFaultCode.NOT_POINTS: lazy_gettext("「%(column)s」应大于0，最多两位小数。"),
        RowFaultCode.NOT_A_RATE: lazy_gettext("「%(column)s」请写成 8.5折、85%% 或 850。"),
        RowFaultCode.OUTSIDE_BAND: lazy_gettext("「%(column)s」应在%(low)s到%(high)s之间。"),
        RowFaultCode.UNKNOWN_AREA: lazy_gettext("「%(column)s」没有这个责任区，请先添加。"),
        RowFaultCode.UNKNOWN_HOUSEHOLD_GROUP: lazy_gettext(
            "「%(column)s」没有这个联户单元，请先添加。"
        ),
        RowFaultCode.UNKNOWN_RESIDENT: lazy_gettext("「%(column)s」找不到这位居民。"),
        RowFaultCode.SEVERAL_RESIDENTS: lazy_gettext("「%(column)s」有几位同名居民，是哪一位？"),
        RowFaultCode.HOUSEHOLD_SPELLING: lazy_gettext(
            "「%(column)s」这里写“%(written)s”，别处写“%(first)s”，是同一户吗？"
        ),
        RowFaultCode.UNKNOWN_KIND: lazy_gettext("「%(column)s」没有这种好事。"),
        RowFaultCode.REPEATED_ROW: lazy_gettext("与第%(first)s行重复。"),
        RowFaultCode.EXISTS: lazy_gettext("已经登记过了。"),
    }
)

FILE_FAULTS: Mapping[FileFault, LazyString] = MappingProxyType(
    {
        FileFault.OLD_WORKBOOK: lazy_gettext("请用 Excel 打开，去掉密码，另存为 .xlsx 再上传。"),
        FileFault.NO_TABLE: lazy_gettext("这不是表格，请上传 .xlsx 或 .csv 文件。"),
        FileFault.NO_SHEET: lazy_gettext("没有看得见的工作表，请取消隐藏再上传。"),
        FileFault.DAMAGED: lazy_gettext("文件打不开，请重新保存一份再上传。"),
        FileFault.UNKNOWN_ENCODING: lazy_gettext("文字编码不认识，请另存为 .xlsx 再上传。"),
        FileFault.TOO_MANY_ROWS: lazy_gettext("行数太多，请拆成每个不超过5000行的文件。"),
        FileFault.TOO_MANY_COLUMNS: lazy_gettext("列数太多，请删到50列以内。"),
        FileFault.TOO_LARGE: lazy_gettext("文件太大，请只把表格复制到新文件再上传。"),
        FileFault.EMPTY: lazy_gettext("表格是空的。"),
    }
)


MEANT = lazy_gettext("「%(column)s」和登记的对不上，您是说%(choices)s吗？")


def row_fault_in_words(fault: Mapping[str, Any]) -> str:
    """Return one entry of `ImportJob.errors` as a sentence; the row's number is not repeated."""
    if fault["code"] == RowFaultCode.UNKNOWN_RESIDENT and fault["values"].get("choices"):
        choices = gettext("、").join(
            gettext("%(unit)s的%(name)s", unit=choice["unit"], name=choice["name"])
            for choice in fault["values"]["choices"]
        )
        return str(MEANT) % {"column": fault["column"], "choices": choices}
    rates = {name: pay_in_words(Permille(fault["values"][name])) for name in _rates(fault)}
    values = {"column": fault["column"], **fault["values"], **rates}
    return str(ROW_FAULTS[RowFaultCode(fault["code"])]) % values


def _rates(fault: Mapping[str, Any]) -> tuple[str, ...]:
    return ("low", "high") if fault["code"] == RowFaultCode.OUTSIDE_BAND else ()
