"""The dandelion of the cards: a head of seeds on its stem, some of them on their way."""

from functools import lru_cache
from math import cos, pi, radians, sin
from typing import NamedTuple

from loyalty.reports.shapes import Colour, Outline, circle, curve, number, polyline

_HAIRS = 7
_FAN = radians(50)
"""How wide the hairs of one seed open, to either side."""

_GONE = (radians(188), radians(254))
"""Where on the rim the wind has taken the seeds."""

_FLYING = (
    (-1.22, -0.46, 0.46, -46.0),
    (-0.86, -1.02, 0.40, -30.0),
    (-1.42, -0.98, 0.32, -52.0),
)
"""Seeds on their way: place and size in radii of the head, and the lean in degrees."""


class Head(NamedTuple):
    """Where the head of a dandelion is, in millimetres."""

    x: float
    y: float
    radius: float

    def at(self, angle: float, reach: float) -> tuple[float, float]:
        """Return the place in a direction from the middle, so many radii away."""
        far = reach * self.radius
        return self.x + cos(angle) * far, self.y + sin(angle) * far


class _Ring(NamedTuple):
    """Seeds that stand equally far from the middle."""

    seeds: int
    reach: float
    """How far they go, in radii."""
    strength: float
    """Of their colour."""
    hairs: float
    """How long these are, in radii."""


_RINGS = (_Ring(7, 0.40, 0.45, 0.20), _Ring(12, 0.70, 0.70, 0.25), _Ring(19, 1.0, 1.0, 0.30))


@lru_cache(maxsize=64)
def dandelion(head: Head, foot: float, colour: Colour) -> tuple[Outline, ...]:
    """Return a dandelion.

    Args:
        head: where it stands.
        foot: how far below the middle of the head the stem ends, in millimetres.
        colour: of what is nearest; what is behind is lighter.
    """
    flying = [_Flying.of(head, *seed) for seed in _FLYING]
    return (
        Outline(_stem(head, foot), stroke=colour, pen=0.42),
        *(
            Outline(_standing(head, ring), stroke=colour.tint(ring.strength), pen=0.13)
            for ring in _RINGS
        ),
        Outline(" ".join(seed.lines() for seed in flying), stroke=colour, pen=0.15),
        Outline(" ".join(circle(*seed.at(-0.62), 0.3) for seed in flying), fill=colour),
        Outline(circle(head.x, head.y, head.radius * 0.105), fill=colour),
    )


class _Flying(NamedTuple):
    """A seed in the air."""

    x: float
    y: float
    size: float
    angle: float

    @classmethod
    def of(cls, head: Head, dx: float, dy: float, size: float, lean: float) -> "_Flying":
        x, y, radius = head
        return cls(x + dx * radius, y + dy * radius, size * radius, radians(lean) - pi / 2)

    def at(self, reach: float) -> tuple[float, float]:
        """Return the place along the seed, from its middle."""
        far = reach * self.size
        return self.x + cos(self.angle) * far, self.y + sin(self.angle) * far

    def lines(self) -> str:
        """Return its stalk, with the hairs above."""
        top = self.at(0.45)
        return f"{polyline((self.at(-0.55), top))} {_hairs(top, self.size * 0.62, self.angle)}"


def _stem(head: Head, foot: float) -> str:
    x, y, radius = head
    begins = f"M {number(x)} {number(y + radius * 0.08)}"
    bend = (x + radius * 0.06, y + foot * 0.45), (x - radius * 0.14, y + foot * 0.7)
    return f"{begins} {curve((*bend, (x - radius * 0.34, y + foot)))}"


def _standing(head: Head, ring: _Ring) -> str:
    """Return the seeds of one ring, of which those that have flown are missing."""
    angles = [(place + ring.reach / 2) * 2 * pi / ring.seeds for place in range(ring.seeds)]
    on_the_rim = ring.reach == 1
    parts: list[str] = []
    for angle in angles:
        if on_the_rim and _GONE[0] < angle < _GONE[1]:
            continue
        top = head.at(angle, ring.reach - ring.hairs * 0.9)
        parts += (
            polyline((head.at(angle, 0.1), top)),
            _hairs(top, head.radius * ring.hairs, angle),
        )
    return " ".join(parts)


def _hairs(foot: tuple[float, float], length: float, angle: float) -> str:
    """Return the hairs of a seed, the middle ones a little longer."""
    turns = [-_FAN + 2 * _FAN * place / (_HAIRS - 1) for place in range(_HAIRS)]
    fan = [(angle + turn, length * (0.8 + 0.2 * cos(turn))) for turn in turns]
    x, y = foot
    tips = [(x + cos(turn) * far, y + sin(turn) * far) for turn, far in fan]
    # Two hairs in one stroke: all that is drawn of a card must fit what a PDF packs at once.
    pairs = [(tips[place], foot, *tips[place + 1 : place + 2]) for place in range(0, _HAIRS, 2)]
    return " ".join(polyline(pair) for pair in pairs)
