"""The form by which cards are printed, and what a browser remembers of its printer."""

import re
from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField
from wtforms.validators import ValidationError

from loyalty.pages.forms import Form, WrittenField, choice, ticks, whole_number
from loyalty.reports.sheet_layout import (
    A4_SHEET,
    LARGEST_OFFSET,
    LARGEST_SCALE,
    PRINTER_DOTS,
    ROWS,
    SMALLEST_SCALE,
    Duplex,
    SheetLayout,
)

REMEMBERED = ("duplex", "offset_x", "offset_y", "scale", "gutter", "dots", "names")
"""What stays the same as long as the printer does."""

FOLDED, FOLDED_OVER_CODE = "fold", "fold_code"
"""Offered beside the edges over which a printer turns the paper; the second has the activation code
within the fold."""

WAYS = {
    Duplex.LONG.value: lazy_gettext("双面打印，长边翻转（一般选这个）"),
    Duplex.SHORT.value: lazy_gettext("双面打印，短边翻转"),
    FOLDED: lazy_gettext("只打一面，裁下对折（一张纸5张卡）"),
    FOLDED_OVER_CODE: lazy_gettext("双面打印，裁下对折，激活码夹在里面（一张纸5张卡）"),
    Duplex.NONE.value: lazy_gettext("正面、背面各打一张纸，不对调"),
}

GUTTERS = {
    "2": lazy_gettext("2毫米"),
    "0": lazy_gettext("不留，一刀裁开"),
    "4": lazy_gettext("4毫米"),
}

_HUNDREDTHS = 100
_WRITTEN = re.compile(r"([+-]?)([0-9]{1,4})(?:\.([0-9]{1,2}))?")

NO_OFFSET = lazy_gettext(
    "请填-%(most)d到%(most)d的毫米数，比如1.5。差得更多，多半是纸盒或者纸的大小选错了。",
    most=int(LARGEST_OFFSET),
)
NO_SCALE = lazy_gettext(
    "请填%(least)d到%(most)d的数，比如100.5。",
    least=int(SMALLEST_SCALE * _HUNDREDTHS),
    most=int(LARGEST_SCALE * _HUNDREDTHS),
)


def hundredths_in(written: str) -> int:
    """Return a number that is written with at most two decimals, in hundredths.

    Raises:
        ValueError: it is not written like that.
    """
    match = _WRITTEN.fullmatch(written.replace("−", "-"))
    if match is None:
        raise ValueError("A number has at most two decimals.")
    size = int(match[2]) * _HUNDREDTHS + int((match[3] or "").ljust(2, "0"))
    return -size if match[1] == "-" else size


def offset_in(written: str) -> int:
    """Return how far a printer is out, in hundredths of a millimetre."""
    return _within(hundredths_in(written), -LARGEST_OFFSET, LARGEST_OFFSET)


def scale_in(written: str) -> int:
    """Return by how much a printer is to stretch, in hundredths of a percent."""
    return _within(
        hundredths_in(written), SMALLEST_SCALE * _HUNDREDTHS, LARGEST_SCALE * _HUNDREDTHS
    )


def written(hundredths: int) -> str:
    """Return hundredths as they are typed: 150 is "1.5"."""
    return f"{hundredths / _HUNDREDTHS:g}"


class SheetForm(Form):
    """Which cards are printed, and how."""

    card_ids = ticks(lazy_gettext("打印哪些卡"))
    duplex = choice(lazy_gettext("正面和背面"), WAYS, default=Duplex.LONG.value)
    start = whole_number(lazy_gettext("从第几格开始"), 1, A4_SHEET, default=1, needed=True)
    names = BooleanField(lazy_gettext("卡上印姓名（遮住一部分，比如张*明）"))
    offset_x = WrittenField(
        lazy_gettext("右移几毫米（往左填负数）"), offset_in, written, NO_OFFSET, default=0
    )
    offset_y = WrittenField(
        lazy_gettext("下移几毫米（往上填负数）"), offset_in, written, NO_OFFSET, default=0
    )
    scale = WrittenField(
        lazy_gettext("比例，百分之几"), scale_in, written, NO_SCALE, default=_HUNDREDTHS**2
    )
    gutter = choice(lazy_gettext("卡与卡之间留"), GUTTERS, default="2")
    dots = choice(
        lazy_gettext("打印机精度"),
        {str(dots): f"{dots} dpi" for dots in reversed(PRINTER_DOTS)},
        default=str(PRINTER_DOTS[-1]),
    )

    def validate_card_ids(self, field: Any) -> None:
        """Refuse to print nothing."""
        if not field.data:
            raise ValidationError(gettext("请至少给一张卡打勾。"))

    def validate_start(self, field: Any) -> None:
        """Refuse a place that a folded sheet does not have."""
        if self._is_folded() and field.data is not None and field.data > ROWS:
            raise ValidationError(gettext("对折的一张纸只有%(places)d格。", places=ROWS))

    def _is_folded(self) -> bool:
        return self.duplex.data in {FOLDED, FOLDED_OVER_CODE}

    def layout(self) -> SheetLayout:
        """Return how the cards are to stand."""
        folded = self._is_folded()
        return SheetLayout(
            duplex=Duplex.LONG if folded else Duplex(self.duplex.data),
            fold_over=folded,
            code_inside=self.duplex.data == FOLDED_OVER_CODE,
            start=self.start.data,
            offset_x_mm=(self.offset_x.data or 0) / _HUNDREDTHS,
            offset_y_mm=(self.offset_y.data or 0) / _HUNDREDTHS,
            scale=(self.scale.data or _HUNDREDTHS**2) / _HUNDREDTHS**2,
            gutter_mm=float(self.gutter.data),
            dots_per_inch=int(self.dots.data),
        )


def printer_of(typed: MultiDict[str, str]) -> str:
    """Return what a browser keeps of its printer, out of a form that made sense."""
    return "|".join(typed.get(name, "") for name in REMEMBERED)


def printer_in(remembered: str) -> MultiDict[str, str]:
    """Return what a browser kept, as it would be typed; nothing if it is not ours."""
    parts = remembered.split("|")
    kept = zip(REMEMBERED, parts, strict=True) if len(parts) == len(REMEMBERED) else ()
    return MultiDict((name, value) for name, value in kept if value)


def _within(hundredths: int, least: float, most: float) -> int:
    if not least * _HUNDREDTHS <= hundredths <= most * _HUNDREDTHS:
        raise ValueError("It is beyond what a printer may be out.")
    return hundredths
