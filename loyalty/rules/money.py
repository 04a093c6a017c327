"""Money and rates: integers only, and every rounding in the customer's favour."""

import re
from enum import StrEnum
from typing import NewType

Fen = NewType("Fen", int)
"""An amount in fen (分), a hundredth of a yuan."""

Permille = NewType("Permille", int)
"""The share of the marked price that is paid: 850 is 8.5折, the customer pays 85 %."""

WHOLE = Permille(1000)
"""The whole marked price is paid."""

NOTHING = Fen(0)

MAX_FEN = Fen(10_000_000)
"""The largest amount of one sale, 100,000 yuan, included."""

_WRITTEN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_FEN_PER_YUAN = 100
_FEN_PER_JIAO = 10
_FEN_PER_WAN = 10_000 * _FEN_PER_YUAN


class Rounding(StrEnum):
    """To which coin the price with the card is cut down."""

    FEN = "fen"
    JIAO = "jiao"


def payable_on(discountable: Fen, *, pay: Permille, rounding: Rounding = Rounding.FEN) -> Fen:
    """Return what a cardholder pays for the discountable part of a basket, in fen.

    Args:
        discountable: marked price of the goods the card applies to, in fen.
        pay: share of that price which is paid, in permille.
        rounding: the smallest coin of the answer; with jiao the last fen are dropped too (抹零).

    Fractions are dropped, in the customer's favour: a till never rounds up.
    """
    payable = discountable * pay // WHOLE
    if rounding is Rounding.JIAO:
        payable -= payable % _FEN_PER_JIAO
    return Fen(payable)


def pay_in_words(pay: Permille) -> str:
    """Return the rate as it is said in a shop: 850 is "8.5折", 800 is "8折"."""
    return f"{_strip_zeros(f'{pay // 100}.{pay % 100:02d}')}折"


def format_yuan(amount: Fen) -> str:
    """Return the amount in yuan with both decimals: 1290 fen is "12.90"."""
    return _format_signed(
        amount, f"{abs(amount) // _FEN_PER_YUAN}.{abs(amount) % _FEN_PER_YUAN:02d}"
    )


def parse_yuan(written: str, *, most: Fen = MAX_FEN) -> Fen:
    """Return an amount that is written in yuan: "12.9" is 1290 fen.

    Args:
        most: the largest amount, in fen, included; that of one sale unless told.

    Raises:
        ValueError: it is not above 0 and at most `most`, or not written like that.
    """
    match = _WRITTEN.fullmatch(written)
    amount = int(match[1]) * _FEN_PER_YUAN + int((match[2] or "").ljust(2, "0")) if match else 0
    if not 0 < amount <= most:
        raise ValueError("An amount is above 0, not too large, with at most two decimals.")
    return Fen(amount)


def yuan_in_words(amount: Fen) -> str:
    """Return the amount in the manner of briefings.

    Below 10,000 yuan exactly, "8,236.40元"; from there on cut to a tenth of 万 (10,000 yuan), with
    余 ("and more") if something was cut: 175,300 yuan is "17.5万余元", 170,000 yuan is "17万元".
    """
    size = abs(amount)
    if size < _FEN_PER_WAN:
        whole, rest = divmod(size, _FEN_PER_YUAN)
        return _format_signed(amount, f"{whole:,}.{rest:02d}元")
    tenths, cut = divmod(size, _FEN_PER_WAN // 10)
    figure = _strip_zeros(f"{tenths // 10:,}.{tenths % 10}")
    return _format_signed(amount, f"{figure}万{'余' if cut else ''}元")


def _format_signed(amount: Fen, size: str) -> str:
    return f"-{size}" if amount < 0 else size


def _strip_zeros(decimal: str) -> str:
    return decimal.rstrip("0").rstrip(".")
