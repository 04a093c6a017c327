"""What a column without a known heading seems to hold, by its cells; staff say whether it does."""

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from loyalty.services.imports.cells import NO, YES

LOOKED_AT = 20
"""Cells of a column that are looked at."""

_LOOKS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "phone": re.compile(r"(?:\+?86[- ]?)?1\d{10}|0\d{2,3}[- ]?\d{7,8}"),
        "done_on": re.compile(r"(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}日?(?: [\d:]+)?", re.ASCII),
        "adult": re.compile("|".join(re.escape(word) for word in sorted(YES | NO)), re.IGNORECASE),
        "unit": re.compile(
            r".*\d.*[栋幢座号楼单元室户].*|.*[栋幢座号楼单元室户].*\d.*|[\w]+(?:[-—]\d+){1,3}"
        ),
        "name": re.compile(
            r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,6}(?:[·•‧∙・][\u3400-\u9fff]+)+"
        ),
    }
)
"""By field, the most telling first."""


def guess_columns(
    samples: Mapping[int, Sequence[str]], wanted: Collection[str]
) -> Mapping[int, str]:
    """Return which columns seem to hold what is wanted, each field and each column at most once.

    Args:
        samples: by the place of a column: some of its cells.
        wanted: the fields that no column has yet.
    """
    guesses: dict[int, str] = {}
    for field, look in _LOOKS.items():
        if field not in wanted:
            continue
        for place, cells in samples.items():
            if place not in guesses and _holds_for_most(look, cells):
                guesses[place] = field
                break
    return guesses


def _holds_for_most(look: re.Pattern[str], cells: Sequence[str]) -> bool:
    seen = [cell for cell in cells[:LOOKED_AT] if cell]
    alike = sum(look.fullmatch(cell) is not None for cell in seen)
    return bool(seen) and 3 * alike >= 2 * len(seen)
