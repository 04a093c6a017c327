"""Chinese on printed pages: letters embedded, lines broken where a reader expects it."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pylopdf_fonts_zh_cn as simplified
import pylopdf_fonts_zh_tw as traditional
from fpdf import FPDF
from fpdf.drawing_primitives import DeviceRGB
from fpdf.enums import Align, TextMode, XPos, YPos
from fpdf.fonts import TTFFont

from loyalty.reports.letters import add_letters

CHINESE = "chinese"

MISSING = "〓"
"""The printers' mark for a character they have no type for (下駄)."""

INK = DeviceRGB(36 / 255, 33 / 255, 29 / 255)
SOFT = DeviceRGB(90 / 255, 83 / 255, 73 / 255)
RULE = DeviceRGB(200 / 255, 190 / 255, 175 / 255)
ACCENT = DeviceRGB(36 / 255, 80 / 255, 143 / 255)
PAPER = DeviceRGB(255 / 255, 255 / 255, 255 / 255)

_EDGE = 0.008
"""Width of the edge of strong letters, in millimetres for each point of their size."""

_SPARE = "spare"
_UNBROKEN = re.compile(r"[（“《]*(?:[!-~]+|[^!-~])[，。；：、！？）”》]*")
"""What stays on one line: a Latin word, or a character with the signs that cling to it."""

_logger = logging.getLogger(__name__)


class Paper(FPDF):
    """Pages on which Chinese is set, in the colours of the screens."""

    def __init__(self, size: str, language: str, *, scale: float = 1.0) -> None:
        """Lay the paper out.

        Args:
            size: such as ``a4``.
            language: as HTML writes it.
            scale: how much larger everything is than it is written down for A4.
        """
        super().__init__(format=size)
        self.scale = scale
        self.c_margin = 0
        add_fonts(self, language)
        self.set_lang(language)

    def mm(self, on_a4: float) -> float:
        """Return a measure of an A4 sheet on this paper."""
        return on_a4 * self.scale

    def set_pen(self, points: float, colour: DeviceRGB = INK) -> None:
        """Take letters of a size and a colour."""
        self.set_font(CHINESE, size=points * self.scale)
        self.set_text_color(colour)

    @contextmanager
    def bold(self, points: float, colour: DeviceRGB = INK) -> Iterator[None]:
        """Take letters drawn with an edge as well, since the fonts have one weight alone."""
        with self.local_context(text_mode=TextMode.FILL_STROKE):
            self.set_pen(points, colour)
            self.set_draw_color(colour)
            self.set_line_width(points * self.scale * _EDGE)
            yield

    def write_lines(self, text: str, width: float, *, height: float) -> None:
        """Write a text in lines below each other.

        Args:
            text: of any length.
            width: of the place, in millimetres of this paper.
            height: of a line, in millimetres of an A4 sheet.
        """
        left = self.x
        for line in wrap_lines(self, text, width):
            self.set_x(left)
            self.cell(width, self.mm(height), line, new_x=XPos.LEFT, new_y=YPos.NEXT)


def add_fonts(pdf: FPDF, language: str) -> None:
    """Give a document its letters; of each font only those that are used are embedded.

    Args:
        pdf: the document.
        language: as HTML writes it; the letters of ``zh-Hant`` have shapes of their own.
    """
    if language == "zh-Hant":
        add_letters(pdf, CHINESE, str(traditional.sans_path()))
        # The simplified font holds half as many characters more, and a name may need any of them.
        add_letters(pdf, _SPARE, str(simplified.sans_path()))
        pdf.set_fallback_fonts([_SPARE])
    else:
        add_letters(pdf, CHINESE, str(simplified.sans_path()))


def replace_unprintable(pdf: FPDF, text: str) -> str:
    """Return a text with a visible mark for each character the present font cannot show.

    A name must not lose a character unseen. The log says that it happened, and nothing of whom.
    """
    fonts = [pdf.current_font, pdf.fonts.get(_SPARE)]
    held = [font.cmap for font in fonts if isinstance(font, TTFFont)]
    shown = "".join(one if any(ord(one) in some for some in held) else MISSING for one in text)
    if shown != text:
        _logger.warning("a printed page lacks %d characters", shown.count(MISSING))
    return shown


def wrap_lines(pdf: FPDF, text: str, width: float) -> list[str]:
    """Return a text in lines of at most some millimetres, in the present font.

    No line begins with a closing sign or ends with an opening one (GB/T 15834-2011, 5.1).
    """
    lines = [""]
    for piece in _UNBROKEN.findall(replace_unprintable(pdf, text)):
        if lines[-1] and pdf.get_string_width(lines[-1] + piece.rstrip()) > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return lines


def write_fitted(
    pdf: FPDF, text: str, *, width: float, height: float, points: float, align: Align = Align.L
) -> None:
    """Write a line where the pen is, in letters as much smaller as its width demands.

    Args:
        pdf: the document; its font is set.
        text: one line.
        width: of the place, in millimetres.
        height: of the place, in millimetres.
        points: size of the letters where they fit.
        align: where in its place the line stands.
    """
    pdf.set_font_size(points)
    shown = replace_unprintable(pdf, text)
    needed = pdf.get_string_width(shown)
    if needed > width:
        pdf.set_font_size(points * width / needed)
    pdf.cell(width, height, shown, align=align)
