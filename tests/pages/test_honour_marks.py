"""The marks of honours are seen in light and dark, and told apart by the colour-blind."""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from loyalty.rules.honours import HonourColour

STATIC = Path(__file__).parents[2] / "loyalty" / "pages" / "static"

LEAST_CONTRAST = 3
"""Of what is drawn and is no text, by WCAG 2.2."""

LEAST_DISTANCE = 15
"""In CIELAB: a trained eye sees 2, anybody sees 10."""

SIGHT: Mapping[str, Sequence[Sequence[float]]] = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""What of red, green and blue is left, after Machado and others (2009)."""

Light = tuple[float, float, float]


def themes() -> dict[str, dict[str, str]]:
    """The colours of each theme, by their names."""
    style = (STATIC / "ground.css").read_text("utf-8")
    blocks = re.findall(r"(:root[^{,.]*) \{([^}]*--paper:[^}]*)\}", style)
    return {
        selector: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
        for selector, block in blocks
    }


def light_of(colour: str) -> Light:
    """The light of a colour, red, green and blue from 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def luminance(light: Light) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(luminance(light_of(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def seen(colour: str, sight: str) -> Light:
    """What is seen of a colour."""
    light = light_of(colour)
    red, green, blue = (
        min(1, max(0, sum(share * part for share, part in zip(row, light, strict=True))))
        for row in SIGHT[sight]
    )
    return red, green, blue


def place_in_lab(light: Light) -> Light:
    red, green, blue = light
    white = {
        "x": (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        "y": luminance(light),
        "z": (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    }
    x, y, z = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in white.values()
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, sight: str) -> float:
    places = (place_in_lab(seen(colour, sight)) for colour in (one, other))
    return math.dist(*places)


@pytest.mark.parametrize("theme", themes())
def test_a_mark_stands_out_from_what_it_stands_on(theme: str) -> None:
    colours = themes()[theme]

    for colour in HonourColour:
        for ground in ("paper", "surface"):
            measured = contrast(colours[f"honour-{colour}"], colours[ground])
            assert measured >= LEAST_CONTRAST, (colour, ground)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", themes())
def test_two_marks_are_told_apart_however_somebody_sees(theme: str, sight: str) -> None:
    colours = themes()[theme]

    for one, other in combinations(HonourColour, 2):
        measured = distance(colours[f"honour-{one}"], colours[f"honour-{other}"], sight)
        assert measured >= LEAST_DISTANCE, (one, other)


def test_the_measure_finds_colours_that_look_alike() -> None:
    assert len(themes()) == 3
    assert contrast("#777777", "#707070") < LEAST_CONTRAST
    assert distance("#0b7a50", "#7d766b", "deuteranopia") < LEAST_DISTANCE
    assert distance("#0b7a50", "#7d766b", "all colours") > LEAST_DISTANCE


def test_every_colour_of_an_honour_is_drawn() -> None:
    drawn = re.findall(
        r"^\.honour\.(\w+) \{", (STATIC / "parts.css").read_text("utf-8"), re.MULTILINE
    )

    assert set(drawn) == set(HonourColour)
