"""The fonts of printed pages, read once in a process: each holds thirty thousand characters."""

from copy import copy
from functools import cache
from threading import Lock
from typing import Any, cast

from fpdf import FPDF
from fpdf.fonts import SubsetMap, TTFFont

_COMPACT_FONTS = "1.6"
"""The version of PDF in which fonts of this kind may be embedded, as the library says it."""

_one_reads = Lock()
"""So that two documents that are drawn at once read a font once, and leave no file open."""


def add_letters(pdf: FPDF, family: str, path: str) -> None:
    """Give a document the letters of a font, as ``FPDF.add_font`` does, at half of the work.

    Args:
        pdf: the document.
        family: under which name it sets them, in lower case.
        path: of the font's file, an OpenType font with CFF outlines.
    """
    with _one_reads:
        font = copy(_read(path))
    font.i = len(pdf.fonts) + 1
    font.fontkey = family
    font.ttfont = _file_of(font)
    font.missing_glyphs = []
    font.subset = SubsetMap(font)
    pdf.fonts[family] = font
    pdf._set_min_pdf_version(_COMPACT_FONTS)  # noqa: SLF001  # as add_font does


@cache
def _read(path: str) -> TTFFont:
    """Return a font of which no document takes letters: what it holds, and how wide each is."""
    paper = FPDF()
    paper.add_font("read", fname=path)
    return cast("TTFFont", paper.fonts["read"])


def _file_of(font: TTFFont) -> Any:
    """Return a font's file to be cut down to what a document uses, with what was read of it."""
    read: Any = font.ttfont
    file = type(read)(font.ttffile, recalcTimestamp=False, lazy=True)
    file.setGlyphOrder(read.getGlyphOrder())
    # Cutting down gives each of them another dictionary, and leaves this one as it is.
    file["hmtx"] = copy(read["hmtx"])
    file["cmap"] = copy(read["cmap"])
    file["cmap"].tables = [copy(table) for table in read["cmap"].tables]
    _outlines_of(file).charset = _outlines_of(read).charset
    if font.is_cff and font.is_cid_keyed:
        # Of such a font the outlines alone are embedded, which are written after the whole file.
        file.save = _write_nothing
        # None of its characters is put together from others.
        file["CFF "].closure_glyphs = _write_nothing
    return file


def _write_nothing(_: object) -> None:
    """Take the place of what would be worked out and not read."""


def _outlines_of(file: Any) -> Any:
    return file["CFF "].cff.topDictIndex[0]
