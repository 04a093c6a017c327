"""What holds for honours in every community: how many there can be, and how each is marked."""

from enum import StrEnum

MOST_HONOURS = 63
"""The number of an honour has six bits in a card's token, and 0 is none."""


class HonourColour(StrEnum):
    """The colour of the mark beside an honour's name.

    A few that each theme draws in a shade of its own: far enough from the ground it stands on, and
    from the others for whoever confuses red and green. The name always stands beside it. A colour
    of anybody's choice could be neither in both themes, and would need a style inside the page.
    """

    BLUE = "blue"
    ORANGE = "orange"
    GREEN = "green"
    PURPLE = "purple"
    GREY = "grey"
