"""Points of deeds as people write them, and in hundredths as they are stored."""

import re

POINT = 100
"""One point, in hundredths."""

MOST_POINTS = 1000 * POINT

_WRITTEN = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,2}))?")


def parse_points(written: str) -> int:
    """Return points such as ``1.5`` in hundredths: above 0, at most 1,000 points.

    Raises:
        ValueError: it is not written like that.
    """
    match = _WRITTEN.fullmatch(written)
    hundredths = int(match[1]) * POINT + int((match[2] or "").ljust(2, "0")) if match else 0
    if not 0 < hundredths <= MOST_POINTS:
        raise ValueError("Points are above 0, at most 1000, with at most two decimal places.")
    return hundredths


def format_points(hundredths: int) -> str:
    """Return points with two decimal places, ``1.50``."""
    return f"{hundredths // POINT}.{hundredths % POINT:02d}"
