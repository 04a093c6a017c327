"""The card before a scanner, as the till asks for it: drawn like everybody's, and nobody's."""

from functools import cache
from urllib.parse import quote

from flask_babel import get_locale

from loyalty.printing.card_sheet import picture_blank

_PLAIN = " ='/:;,.()-"
"""What stands in a data: address as it is, beside letters and digits."""


def held_card() -> str:
    """Return the picture as a data: address, so that the page shows it without network."""
    return _picture_in(str(get_locale()))


@cache
def _picture_in(locale: str) -> str:
    """Return the picture with its word in the reader's language, which is the one of a locale."""
    return f"data:image/svg+xml,{quote(picture_blank(language=locale.replace('_', '-')), _PLAIN)}"
