"""Telephone numbers."""

import re
import unicodedata

import phonenumbers

from loyalty.services.errors import ValueRefusedError

HOME = "CN"
"""The country of a number that names none."""

_WRITTEN = re.compile(r"[( ]*\+?[0-9 ()-]+")


def to_e164(number: str) -> str:
    """Return a telephone number as it is stored, such as ``+8613800138000``.

    Digits, blanks, hyphens, brackets and a plus in front are read; anything else may mean another
    number than the one that was typed.

    Raises:
        ValueRefusedError: no telephone has it; the pointer is ``/phone``.
    """
    written = _clean(number)
    if not _WRITTEN.fullmatch(written):
        raise ValueRefusedError("/phone", "This is no telephone number.")
    try:
        parsed = phonenumbers.parse(written, HOME)
    except phonenumbers.NumberParseException as error:
        raise ValueRefusedError("/phone", "This is no telephone number.") from error
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        raise ValueRefusedError("/phone", "No telephone has this number.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _clean(number: str) -> str:
    """Return a number in half width, without the invisible letters that copying brings along."""
    text = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", number)
        if unicodedata.category(letter) != "Cf"
    )
    return re.sub(r"\s|[\u2010-\u2015\u2212]", lambda sign: " " if sign[0].isspace() else "-", text)
