"""Telephone numbers."""

import phonenumbers

from loyalty.services.errors import ValueRefusedError

HOME = "CN"
"""The country of a number that names none."""


def in_e164(number: str) -> str:
    """Return a telephone number as it is stored, such as ``+8613800138000``.

    Raises:
        ValueRefusedError: no telephone can have it; the pointer is ``/phone``.
    """
    try:
        parsed = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException as error:
        raise ValueRefusedError("/phone", "This is no telephone number.") from error
    if not phonenumbers.is_possible_number(parsed) or parsed.extension:
        raise ValueRefusedError("/phone", "No telephone can have this number.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
