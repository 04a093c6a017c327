"""Texts in files that a spreadsheet opens: none of them is carried out as a formula."""

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet would carry out, in half and in full width."""


def neutralise(text: str) -> str:
    """Return a text as it may stand in a text file; an apostrophe makes one of what is a formula.

    A workbook says by itself that a cell is a text, and needs none.
    """
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text
