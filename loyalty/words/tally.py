"""Why a line of a paper tally cannot be written down, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.services.late_sales.paper_tally import LineFault

LINE_FAULTS: Mapping[LineFault, LazyString] = MappingProxyType(
    {
        LineFault.BAD_NUMBER: lazy_gettext("卡号不对，请对照纸上的14位数字。"),
        LineFault.UNKNOWN_CARD: lazy_gettext("本社区没有这张卡，请对照纸上的卡号。"),
        LineFault.TIME_TO_COME: lazy_gettext("这个时间还没到，请核对日期和时间。"),
        LineFault.TWICE: lazy_gettext("和前面一行一样，同一笔不要录两次。"),
        LineFault.RECORDED: lazy_gettext("这一笔已经录过了，请清空这一行。"),
        LineFault.CHANGED: lazy_gettext("这一行已经按别的内容记下了；要改，先在下面撤销那一笔。"),
    }
)
"""Each line that is at fault says it on the form."""

NO_TIME = lazy_gettext("时间不对，请写成10:21或1021。")
NO_PRICE = lazy_gettext("原价不对，请写成12.90，单位是元。")
