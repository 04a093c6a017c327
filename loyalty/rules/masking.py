"""Masking names, for people who have not agreed that theirs is published."""

from loyalty.rules.typed_text import split_letters

MASK = "*"


def mask_name(name: str) -> str:
    """Return a name with all but its first and last letter covered: 张*明, 王*, 买*力.

    Of two letters the second is covered, and a single one is. One star stands for however many, so
    that the length of a long name, which may tell who or of what people it is, does not show.
    Letters alone count, each with the marks that belong to it: whatever stands between or around
    them is neither counted nor shown.
    """
    match split_letters(name):
        case [first, _]:
            return first + MASK
        case [first, _, *_, last]:
            return first + MASK + last
        case _:
            return MASK
