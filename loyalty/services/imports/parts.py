"""Addresses that stand in several columns, put together."""

import re
import unicodedata
from collections.abc import Mapping

from loyalty.services.imports.layout import Cell, Part

_BARE = re.compile(r"[0-9A-Z]{1,5}", re.IGNORECASE | re.ASCII)


def join_parts(parts: list[Part], cells: Mapping[str, Cell]) -> Cell | None:
    """Return what several cells say together, ``3栋2单元501``; None where a needed one is empty.

    A number that stands alone gets the word of its column. What is odd about one is odd about all.
    """
    if any(part.needed and part.field not in cells for part in parts):
        return None
    texts = [_add_suffix(cells[part.field].text, part) for part in parts if part.field in cells]
    marks = [cells[part.field].mark for part in parts if part.field in cells]
    odd = next((mark for mark in marks if mark is not None), None)
    return Cell("".join(texts), odd)


def _add_suffix(text: str, part: Part) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain + part.suffix if _BARE.fullmatch(plain) else text
