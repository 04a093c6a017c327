"""Card numbers, and how to tell them from everything else a till may read."""

import re
from collections.abc import Callable
from enum import StrEnum

from loyalty.rules.errors import BadNumberError
from loyalty.rules.typed_text import DASH, fold

SERIAL_DIGITS = 12
TOKEN_LETTERS = 120
ROTATING_PREFIX = "99"
HANDLE_DIGITS = 8
ROTATING_DIGITS = 22
"""No payment code, goods barcode or number of a card begins so and is as long."""

_SERIAL = re.compile(rf"[0-9]{{{SERIAL_DIGITS}}}")
_SEPARATORS = re.compile(rf" |\u00b7|\u2022|{DASH.pattern}")
_DIGITS_ALONE = re.compile(r"[^0-9A-Za-z]*([0-9]+)(?:[^0-9A-Za-z][^0-9]*)?")
_TOKEN = re.compile(rf"(?:(?i:https?)://[^ ?#]+/[Cc]/)?[A-Z2-7]{{{TOKEN_LETTERS}}}")
_ADDRESS = re.compile(rf"(?i:https?)://[^ ?#]+/[Cc]/[A-Z2-7]{{{TOKEN_LETTERS}}}(?![0-9A-Za-z=])")
_TOKEN_ALONE = re.compile(
    rf"[^0-9A-Za-z]*([A-Z2-7]{{{TOKEN_LETTERS}}})(?!=)(?:[?#&][!-~]*)?[^0-9A-Za-z]*"
)
_PAYMENT = re.compile(r"1[0-5][0-9]{16}|(?:2[5-9]|30)[0-9]{14,22}")
_ROTATING = re.compile(rf"{ROTATING_PREFIX}[0-9]{{{ROTATING_DIGITS - len(ROTATING_PREFIX)}}}")
_GOODS = re.compile(r"[0-9]{8}|[0-9]{12,13}")
_COLLECTION = re.compile(
    r"wxp://|weixin://wxpay|alipays?://|upwallet://|000201(?![0-9]{8}$)[0-9]{2}"
    r"|(?:https?://)?(?:(?:[a-z0-9-]+\.)?weixin\.qq\.com|wx\.tenpay\.com|qr\.95516\.com"
    r"|(?:[a-z0-9-]+\.)?alipay\.com|pay\.[a-z0-9.-]+|(?:[a-z0-9-]+\.)*(?:ccb|chinaums|lakala|"
    r"shouqianba|jdpay)\.com)(?![a-z0-9.-])",
    re.IGNORECASE | re.ASCII,
)
_WEB = re.compile(r"https?://[^ /]|www\.[^ /]", re.IGNORECASE | re.ASCII)


class CodeKind(StrEnum):
    """What a text is that a till has read."""

    CARD_NUMBER = "card_number"
    PAYMENT_CODE = "payment_code"
    """WeChat or Alipay: money of the person who shows it. It is dropped, never sent or logged."""
    GOODS_BARCODE = "goods_barcode"
    MERCHANT_QR = "merchant_qr"
    """Where a shop is paid: a collection code of WeChat, Alipay, UnionPay or a bank."""
    WEB_ADDRESS = "web_address"
    """Any other page of the web."""
    TOKEN = "token"  # noqa: S105 - the name of a kind, not a secret
    ROTATING = "rotating"
    """What the phone of a card's holder shows for half a minute."""
    BAD = "bad"


def number_of(serial: str) -> str:
    """Return the card number: the serial and its two check digits by ISO 7064, mod 97-10.

    Args:
        serial: 12 digits.

    Raises:
        BadNumberError: the serial is anything else.
    """
    if not _SERIAL.fullmatch(serial):
        raise BadNumberError(f"A serial has {SERIAL_DIGITS} digits.")
    return serial + check_digits(serial)


def check_digits(digits: str) -> str:
    """Return the two digits that check some others, by ISO 7064, mod 97-10."""
    return f"{98 - int(digits) * 100 % 97:02d}"


def serial_of(number: str) -> str:
    """Return the serial in a card number of 14 digits, without blanks.

    Raises:
        BadNumberError: it is no card number. A congruent pair of check digits, such as 99 for 02,
            is refused too: a number has one spelling.
    """
    serial = number[:SERIAL_DIGITS]
    if number != number_of(serial):
        raise BadNumberError("The check digits of the number are wrong.")
    return serial


def group_digits(number: str) -> str:
    """Return the number as it is printed, 4-4-4-2: "1234 5678 9012 34"."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def last4(serial: str) -> str:
    """Return the last four digits of a card number: enough to tell cards apart at a till."""
    return number_of(serial)[-4:]


def normalise(text: str) -> str:
    """Return a text as a scanner would have sent it.

    Full width, blanks around and what nobody sees count nothing. Of digits that nothing but blanks,
    dashes and words of other letters surrounds, the digits are left; of a card's address, or of its
    token, what messengers append goes.
    """
    folded = fold(text)
    if digits := _DIGITS_ALONE.fullmatch(_SEPARATORS.sub("", folded)):
        return digits[1]
    if address := _ADDRESS.search(folded):
        return address[0]
    token = _TOKEN_ALONE.fullmatch(folded)
    return token[1] if token else folded


def kind_of(text: str) -> CodeKind:
    """Return what a text is, after `normalise`.

    Goods barcodes have 8, 12 or 13 digits. WeChat payment codes have 18 and start with 10 to 15,
    those of Alipay 16 to 24 and start with 25 to 30. A token has 120 letters of base32, bare or at
    the end of an address `https://…/C/<token>`. A rotating code has 22 digits that begin with 99,
    the last two of which check the others.
    """
    return kind_of_normal(normalise(text))


def kind_of_normal(code: str) -> CodeKind:
    """Return what a text is that `normalise` has given, as `kind_of` does."""
    return next((kind for is_one, kind in _KINDS if is_one(code)), CodeKind.BAD)


def _is_card_number(code: str) -> bool:
    serial = code[:SERIAL_DIGITS]
    return bool(_SERIAL.fullmatch(serial)) and number_of(serial) == code


def _is_rotating(code: str) -> bool:
    return bool(_ROTATING.fullmatch(code)) and check_digits(code[:-2]) == code[-2:]


_KINDS: tuple[tuple[Callable[[str], object], CodeKind], ...] = (
    (_is_card_number, CodeKind.CARD_NUMBER),
    (_is_rotating, CodeKind.ROTATING),
    (_PAYMENT.fullmatch, CodeKind.PAYMENT_CODE),
    (_GOODS.fullmatch, CodeKind.GOODS_BARCODE),
    (_TOKEN.fullmatch, CodeKind.TOKEN),
    (_COLLECTION.match, CodeKind.MERCHANT_QR),
    (_WEB.match, CodeKind.WEB_ADDRESS),
)
