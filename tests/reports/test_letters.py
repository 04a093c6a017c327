"""A font is read once in a process, and each document is as if it had read its own."""

from datetime import UTC, datetime

import pylopdf_fonts_zh_cn as simplified
import pylopdf_fonts_zh_tw as traditional
import pytest
from fpdf import FPDF

from loyalty.reports.letters import add_letters

FONTS = (str(simplified.sans_path()), str(traditional.sans_path()))
DRAWN_AT = datetime(2026, 12, 1, tzinfo=UTC)


def begun(path: str, text: str, *, read_anew: bool = False) -> FPDF:
    pdf = FPDF()
    pdf.creation_date = DRAWN_AT
    if read_anew:
        pdf.add_font("letters", fname=path)
    else:
        add_letters(pdf, "letters", path)
    pdf.add_page()
    pdf.set_font("letters", size=12)
    pdf.cell(text=text)
    return pdf


@pytest.mark.parametrize("path", FONTS)
def test_a_document_is_the_same_as_with_a_font_of_its_own(path: str) -> None:
    text = "谢谢张小明 thanks 8.5"

    assert begun(path, text).output() == begun(path, text, read_anew=True).output()


def test_documents_that_are_drawn_together_take_nothing_of_each_other() -> None:
    first, other = (begun(FONTS[0], text) for text in ("一号楼", "二号楼阿依古丽"))
    outputs = [first.output(), other.output(), begun(FONTS[0], "一号楼").output()]

    assert outputs[0] == outputs[2] == begun(FONTS[0], "一号楼", read_anew=True).output()
    assert outputs[1] == begun(FONTS[0], "二号楼阿依古丽", read_anew=True).output()
