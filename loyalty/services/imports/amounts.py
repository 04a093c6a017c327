"""Amounts and quantities as tables write them: with thousands set apart, in yuan or in 万元."""

import re
import unicodedata
from decimal import Decimal

from loyalty.rules.contributions import LARGEST_AMOUNT, LARGEST_QUANTITY
from loyalty.rules.money import Fen
from loyalty.services.imports.layout import Cell, CellRefusedError, RowFaultCode, Surroundings

_FIGURE = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,13}(?:\.\d+)?)"
_AMOUNT = re.compile(rf"[¥￥]?{_FIGURE}(万)?元?", re.ASCII)
_QUANTITY = re.compile(_FIGURE, re.ASCII)
_BARE = re.compile(rf"[¥￥]?{_FIGURE}", re.ASCII)
_HUNDREDTHS = 100
_WAN = 10_000


def add_wan(cell: Cell, surroundings: Surroundings) -> Cell:
    """Return an amount with the unit of its heading: below 金额（万元） 370.5 is 370.5万."""
    heading = "".join(unicodedata.normalize("NFKC", surroundings.heading).split())
    if "万元" in heading and _BARE.fullmatch(_narrow(cell.text)):
        return Cell(f"{cell.text.strip()}万", cell.mark)
    return cell


def read_amount(cell: str) -> Fen:
    """Return an amount in fen: 3,705,000, 3705000.00, 370.5万元 and ¥3705000元 are the same.

    Nothing is rounded: what is no whole number of fen is refused, as is what is not above 0.
    """
    match = _AMOUNT.fullmatch(_narrow(cell))
    if match is None:
        raise CellRefusedError(RowFaultCode.NOT_AN_AMOUNT)
    fen = Decimal(match[1].replace(",", "")) * _HUNDREDTHS * (_WAN if match[2] else 1)
    if fen != int(fen) or not 0 < fen <= LARGEST_AMOUNT:
        raise CellRefusedError(RowFaultCode.NOT_AN_AMOUNT)
    return Fen(int(fen))


def read_quantity(cell: str) -> int:
    """Return a quantity in hundredths; its unit stands in a column of its own."""
    match = _QUANTITY.fullmatch(_narrow(cell))
    if match is None:
        raise CellRefusedError(RowFaultCode.NOT_A_QUANTITY)
    hundredths = Decimal(match[1].replace(",", "")) * _HUNDREDTHS
    if hundredths != int(hundredths) or not 0 < hundredths <= LARGEST_QUANTITY:
        raise CellRefusedError(RowFaultCode.NOT_A_QUANTITY)
    return int(hundredths)


def _narrow(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split())
