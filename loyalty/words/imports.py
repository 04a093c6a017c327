"""What is wrong with an uploaded table, in sentences."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext

from loyalty.rules.benefit import Party
from loyalty.rules.contributions import Unit
from loyalty.rules.money import Permille, pay_in_words
from loyalty.services.imports.layout import NoteCode, RowFaultCode
from loyalty.services.imports.tables import FileFault
from loyalty.words.contributions import PARTIES, UNITS

ROW_FAULTS: Mapping[RowFaultCode, LazyString] = MappingProxyType(
    {
        RowFaultCode.MISSING_HEADING: lazy_gettext("缺少「%(column)s」这一列。"),
        RowFaultCode.UNKNOWN_HEADING: lazy_gettext("不认识「%(column)s」这一列，内容不会导入。"),
        RowFaultCode.REPEATED_HEADING: lazy_gettext("「%(column)s」出现了两次，只看第一列。"),
        RowFaultCode.HIDDEN_COLUMN: lazy_gettext(
            "「%(column)s」这一列是隐藏的，没有读；要导入请取消隐藏再上传。"
        ),
        RowFaultCode.HIDDEN_ROW: lazy_gettext(
            "这一行是隐藏的或被筛选掉了，没有读；要导入请取消隐藏再上传。"
        ),
        RowFaultCode.OTHER_SHEET: lazy_gettext(
            "工作表「%(column)s」也有这样的表，没有读；只读了「%(read)s」。"
        ),
        RowFaultCode.EXTRA_CELLS: lazy_gettext(
            "这一行比标题多出内容，可能多了分隔符，后面的列都错开了。"
        ),
        RowFaultCode.ERROR_CELL: lazy_gettext(
            "「%(column)s」是 %(text)s，公式出错了，请改成内容。"
        ),
        RowFaultCode.TURNED_DATE: lazy_gettext(
            "「%(column)s」显示为 %(text)s，Excel 把它变成了日期或时间，请把单元格设为文本再输入。"
        ),
        RowFaultCode.TURNED_NUMBER: lazy_gettext(
            "「%(column)s」被 Excel 当成了数字 %(text)s，请把单元格设为文本再输入。"
        ),
        RowFaultCode.INEXACT_NUMBER: lazy_gettext(
            "「%(column)s」被 Excel 存成了科学记数，后面的数字已经丢失，请设为文本再输入。"
        ),
        RowFaultCode.TWO_THINGS: lazy_gettext("「%(column)s」一格里写了不止一项，请只留一项。"),
        RowFaultCode.MERGED_CELL: lazy_gettext(
            "「%(column)s」是合并的单元格，不知道属于哪一行，请每行各写一格。"
        ),
        RowFaultCode.AS_ABOVE: lazy_gettext(
            "「%(column)s」写的是“%(text)s”，请写出内容，每行各写一格。"
        ),
        RowFaultCode.STRAY_QUOTE: lazy_gettext(
            "「%(column)s」里有一个不成对的引号，看不出这一格到哪里为止，请删掉引号。"
        ),
        RowFaultCode.UNCLEAR_HOURS: lazy_gettext(
            "「%(column)s」写的是 %(text)s，请写明是小时还是分钟。"
        ),
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
        RowFaultCode.LAST_WORD: lazy_gettext(
            "「%(column)s」不能写“最终解释权归本店”，请删掉这一句。"
        ),
        RowFaultCode.UNKNOWN_AREA: lazy_gettext("「%(column)s」没有这个责任区，请先添加。"),
        RowFaultCode.UNKNOWN_HOUSEHOLD_GROUP: lazy_gettext(
            "「%(column)s」没有这个联户单元，请先添加。"
        ),
        RowFaultCode.UNKNOWN_RESIDENT: lazy_gettext("「%(column)s」找不到这位居民。"),
        RowFaultCode.SEVERAL_RESIDENTS: lazy_gettext("「%(column)s」有几位同名居民，是哪一位？"),
        RowFaultCode.PERHAPS_KNOWN: lazy_gettext("可能已经有这个人。"),
        RowFaultCode.HOUSEHOLD_SPELLING: lazy_gettext(
            "「%(column)s」这里写“%(written)s”，别处写“%(first)s”，是同一户吗？"
        ),
        RowFaultCode.PARTY_SPELLING: lazy_gettext(
            "「%(column)s」这里写“%(written)s”，别处写“%(first)s”，是同一家吗？"
        ),
        RowFaultCode.UNKNOWN_KIND: lazy_gettext("「%(column)s」没有这种好事。"),
        RowFaultCode.UNKNOWN_CONTRIBUTION_KIND: lazy_gettext(
            "「%(column)s」没有这一种贡献，请先添加，或照列表里的写。"
        ),
        RowFaultCode.NOT_AN_AMOUNT: lazy_gettext(
            "「%(column)s」请填大于0的元数，最多两位小数，比如3705000或370.5万元。"
        ),
        RowFaultCode.NOT_A_QUANTITY: lazy_gettext(
            "「%(column)s」请填大于0的数字，最多两位小数，单位写在另一列。"
        ),
        RowFaultCode.UNKNOWN_UNIT: lazy_gettext("「%(column)s」这一种只能数：%(units)s。"),
        RowFaultCode.UNKNOWN_LABEL: lazy_gettext("「%(column)s」请填“有凭据”或“估计”。"),
        RowFaultCode.CLOSED_MONTH: lazy_gettext(
            "%(month)s已经结账，不能再记；请记在还没结账的月份，或不导入这一行。"
        ),
        RowFaultCode.EVIDENCE_KNOWN: lazy_gettext(
            "这份凭据以前记过。是另一笔的，请在「%(column)s」填“是”；记重了的，不用管它。"
        ),
        RowFaultCode.OTHER_SIDE: lazy_gettext(
            "「%(column)s」这一种只能是“%(side)s”；是其中哪一家，请写它的名称。"
        ),
        RowFaultCode.UNKNOWN_SHOP: lazy_gettext("「%(column)s」没有这家店，请先登记。"),
        RowFaultCode.SEVERAL_SHOPS: lazy_gettext(
            "有几家店叫这个名字，请在「%(column)s」写明是哪个摊位的。"
        ),
        RowFaultCode.UNKNOWN_SERIES: lazy_gettext("「%(column)s」没有这个系列，请先添加。"),
        RowFaultCode.UNKNOWN_ACCOUNT: lazy_gettext(
            "「%(column)s」没有这位工作人员，请写账号里的姓名。"
        ),
        RowFaultCode.UNKNOWN_VISIT_KIND: lazy_gettext(
            "「%(column)s」没有这一种，请写四必访里的一种，或“平常走访”。"
        ),
        RowFaultCode.NOT_A_CHOICE: lazy_gettext("「%(column)s」不能选这一类。"),
        RowFaultCode.TOO_FAR_AHEAD: lazy_gettext("「%(column)s」最多提前%(days)s天写。"),
        RowFaultCode.NOT_BUILT_YET: lazy_gettext("「%(column)s」早了，这个摊位从%(built)s才算起。"),
        RowFaultCode.NOT_LATER: lazy_gettext(
            "「%(column)s」要晚于%(latest)s，那天已经记过这个摊位。"
        ),
        RowFaultCode.STALL_IS_LET: lazy_gettext(
            "这个摊位从%(since)s起租给了%(tenant)s，退租以后才能租给别人。"
        ),
        RowFaultCode.KNOWN_OTHERWISE: lazy_gettext(
            "已经登记过，「%(column)s」登记的是“%(known)s”，不能这样改。"
        ),
        RowFaultCode.UNKNOWN_RECORD: lazy_gettext(
            "这里没有这个编号，可能是别的社区的表；要当新的添加，请清掉「%(column)s」。"
        ),
        RowFaultCode.CHANGED_SINCE: lazy_gettext(
            "下载以后有人改过这一条。请重新下载，在新的表里改。"
        ),
        RowFaultCode.NAME_TAKEN: lazy_gettext("「%(column)s」写的，别的一条已经在用。"),
        RowFaultCode.UNKNOWN_STALL: lazy_gettext("「%(column)s」没有这个摊位，请先添加。"),
        RowFaultCode.NOT_A_PREFIX: lazy_gettext("「%(column)s」请写1到4个字母，例如PGY。"),
        RowFaultCode.NOT_A_CODE: lazy_gettext(
            "「%(column)s」请用小写字母、数字和下划线，字母开头，最多40个。"
        ),
        RowFaultCode.REPEATED_ROW: lazy_gettext("与第%(first)s行重复。"),
        RowFaultCode.EXISTS: lazy_gettext("已经登记过，这张表不改它。"),
    }
)

NOTES: Mapping[NoteCode, LazyString] = MappingProxyType(
    {
        NoteCode.PASSED_OVER: lazy_gettext(
            "第%(rows)s行是合计、签名、空行或重复的标题，没有导入。"
        ),
        NoteCode.IGNORED_COLUMN: lazy_gettext("「%(column)s」这一列不导入。"),
        NoteCode.UNTITLED_COLUMN: lazy_gettext("第%(rows)s行有内容写在没有标题的列里，没有导入。"),
        NoteCode.READ_AS: lazy_gettext(
            "「%(column)s」第%(rows)s行按“%(taken)s”这样读，原文是“%(text)s”。"
        ),
        NoteCode.CHANGES: lazy_gettext("第%(rows)s行「%(column)s」：“%(before)s”改成“%(after)s”。"),
        NoteCode.MERGED: lazy_gettext("「%(column)s」第%(rows)s行与上面合并，读作与上面相同。"),
    }
)

FILE_FAULTS: Mapping[FileFault, LazyString] = MappingProxyType(
    {
        FileFault.OLD_WORKBOOK: lazy_gettext(
            "请用 Excel 或 WPS 打开，去掉密码，另存为 .xlsx 再上传。"
        ),
        FileFault.BINARY_WORKBOOK: lazy_gettext("这是 .xlsb 文件，请另存为 .xlsx 再上传。"),
        FileFault.PASSWORD: lazy_gettext("文件有密码，请去掉密码，另存为 .xlsx 再上传。"),
        FileFault.WEB_PAGE: lazy_gettext("这是网页，请用 Excel 打开，另存为 .xlsx 再上传。"),
        FileFault.XML: lazy_gettext("这是 XML 文件，请用 Excel 打开，另存为 .xlsx 再上传。"),
        FileFault.OPEN_DOCUMENT: lazy_gettext("这是 .ods 文件，请另存为 .xlsx 再上传。"),
        FileFault.NUMBERS: lazy_gettext("这是苹果 Numbers 的表格，请导出为 .xlsx 再上传。"),
        FileFault.DOCUMENT: lazy_gettext(
            "这是文字文档，请把里面的表格复制到 Excel，存为 .xlsx 再上传。"
        ),
        FileFault.PDF: lazy_gettext("这是 PDF，请上传原来的表格（.xlsx）。"),
        FileFault.PICTURE: lazy_gettext("这是图片，请上传原来的表格（.xlsx）。"),
        FileFault.ARCHIVE: lazy_gettext("这是压缩包，请解压后上传里面的表格。"),
        FileFault.NO_TABLE: lazy_gettext("这不是表格，请上传 .xlsx 或 .csv 文件。"),
        FileFault.NO_SHEET: lazy_gettext("没有看得见的工作表，请取消隐藏再上传。"),
        FileFault.DAMAGED: lazy_gettext("文件打不开，请重新保存一份再上传。"),
        FileFault.UNKNOWN_ENCODING: lazy_gettext("文字编码不认识，请另存为 .xlsx 再上传。"),
        FileFault.TOO_MANY_ROWS: lazy_gettext("行数太多，请拆成每个不超过5000行的文件。"),
        FileFault.TOO_MANY_COLUMNS: lazy_gettext("列数太多，请删到50列以内。"),
        FileFault.TOO_LARGE: lazy_gettext("文件太大，请只把表格复制到新文件再上传。"),
        FileFault.EMPTY: lazy_gettext("表格是空的。"),
        FileFault.BUSY: lazy_gettext("现在太忙，文件没有问题，请过一分钟再传一次。"),
    }
)


CHOICES: Mapping[RowFaultCode, LazyString] = MappingProxyType(
    {
        RowFaultCode.UNKNOWN_RESIDENT: lazy_gettext(
            "「%(column)s」和登记的对不上，您是说%(choices)s吗？"
        ),
        RowFaultCode.PERHAPS_KNOWN: lazy_gettext("和%(choices)s是同一个人吗？"),
    }
)
"""Where somebody may be meant."""


def row_fault_in_words(fault: Mapping[str, Any]) -> str:
    """Return one entry of `ImportJob.errors` as a sentence; the row's number is not repeated."""
    meant = CHOICES.get(RowFaultCode(fault["code"]))
    if meant is not None and fault["values"].get("choices"):
        choices = gettext("、").join(
            gettext("%(unit)s的%(name)s", unit=choice["unit"], name=choice["name"])
            for choice in fault["values"]["choices"]
        )
        return str(meant) % {"column": fault["column"], "choices": choices}
    rates = {name: pay_in_words(Permille(fault["values"][name])) for name in _rates(fault)}
    values = {"column": fault["column"], **fault["values"], **rates}
    if fault["code"] == RowFaultCode.UNKNOWN_UNIT:
        units = [str(UNITS[Unit(unit)]) for unit in values["units"]]
        values["units"] = gettext("、").join(units) or gettext("金额")
    if fault["code"] == RowFaultCode.OTHER_SIDE:
        values["side"] = str(PARTIES[Party(values["side"])])
    return str(ROW_FAULTS[RowFaultCode(fault["code"])]) % values


def note_in_words(note: Mapping[str, Any]) -> str:
    """Return one entry of `ImportJob.notes` as a sentence."""
    values = dict(note["values"])
    if "rows" in values:
        more = gettext("等") if values["count"] > len(values["rows"]) else ""
        values["rows"] = gettext("、").join(str(row) for row in values["rows"]) + more
    return str(NOTES[NoteCode(note["code"])]) % {"column": note["column"], **values}


def _rates(fault: Mapping[str, Any]) -> tuple[str, ...]:
    return ("low", "high") if fault["code"] == RowFaultCode.OUTSIDE_BAND else ()
