"""Households and parties that are spelt in several ways: staff say whether they are the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from loyalty.rules.likeness import Parts
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.imports.intake import Spelling
from loyalty.services.imports.layout import FileRow, RowFault


@dataclass(frozen=True, slots=True)
class Spellings:
    """Rows in which what is surely the same is spelt the same, and those that need an answer."""

    rows: Sequence[FileRow]
    faults: Sequence[RowFault]


def unify_spelling(
    rows: Sequence[FileRow],
    field: str,
    heading: str,
    spelling: Spelling,
    same: Mapping[str, bool],
) -> Spellings:
    """Give what is the same one spelling, and ask about what may be.

    Args:
        field: whose cells are looked at.
        spelling: those the community has already, which go before those of the table; and what two
            have in common.
        same: by the first spelling: whether staff say that those like it mean the same.
    """
    written_here = [row.cells[field] for row in rows if field in row.cells]
    firsts = _find_first_spellings(spelling, written_here)
    spelt: list[FileRow] = []
    faults: list[RowFault] = []
    for row in rows:
        written = row.cells.get(field)
        if written is None:
            spelt.append(row)
            continue
        first = firsts[make_reference_key(written)]
        surely = make_reference_key(first) == make_reference_key(written)
        if surely or same.get(first):
            spelt.append(replace(row, cells={**row.cells, field: first}))
            continue
        spelt.append(row)
        if first not in same:
            values = {"written": written, "first": first}
            faults.append(RowFault(row.number, heading, spelling.code, values))
    return Spellings(spelt, faults)


def _find_first_spellings(spelling: Spelling, written: Sequence[str]) -> Mapping[str, str]:
    """Return the first spelling of what each may mean, by key.

    What the community knows stays as it is, even if two of its spellings come close.
    """
    firsts = {make_reference_key(one): one for one in spelling.known}
    first_like: dict[Parts, str] = {}
    for one in (*spelling.known, *written):
        parts = spelling.parts(one)
        first = first_like.setdefault(parts, one) if parts else one
        firsts.setdefault(make_reference_key(one), first)
    return firsts
