"""Masking names, for people who have not agreed that theirs is published."""

import unicodedata

MASK = "*"


def masked(name: str) -> str:
    """Return a name with all but its first and last character covered: 张*明, 王*, 买*力.

    Of two characters the second is covered, and a single one is. One star stands for however many,
    so that the length of a long name, which may tell who or of what people it is, does not show. A
    character keeps the marks that belong to it.
    """
    match _characters(name):
        case [first, _]:
            return first + MASK
        case [first, _, *_, last]:
            return first + MASK + last
        case _:
            return MASK


def _characters(name: str) -> list[str]:
    """Return what is read as one character each: a letter with its accents and variants."""
    characters: list[str] = []
    for code_point in name:
        if characters and unicodedata.category(code_point).startswith("M"):
            characters[-1] += code_point
        else:
            characters.append(code_point)
    return characters
