"""A floor plan as it is drawn on a page: its picture, and a numbered pin for each shop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from loyalty.models import Shop
from loyalty.services.shops.floor_plans import WHOLE, PinnedPlan

WIDTH = 1000
"""Of each plan, in pixels; smaller pages move it to and fro."""

_PER_PIXEL = WHOLE / WIDTH


@dataclass(frozen=True, slots=True)
class DrawnPin:
    """A shop on a plan."""

    number: int
    """From 1, in the order of the list below the plan."""
    shop: Shop
    address: str
    """Where the pin leads to."""
    x: int
    """Pixels from the left, as `y` from the top."""
    y: int
    is_meant: bool
    """Whether it is the one that is looked for."""


@dataclass(frozen=True, slots=True)
class DrawnPlan:
    """A plan, as wide as all of them."""

    id: UUID
    name: str
    picture_id: UUID
    width: int
    height: int
    """In pixels, as the width."""
    pins: Sequence[DrawnPin]


def draw_plan(
    pinned: PinnedPlan, leads_to: Callable[[Shop], str], *, meant: str | None = None
) -> DrawnPlan:
    """Return a plan with its pins.

    Args:
        leads_to: the address of a shop.
        meant: the plaque's number, or the id, of the shop that is looked for.
    """
    picture = pinned.plan.picture
    height = max(1, round(WIDTH * picture.height / picture.width))
    pins = [
        DrawnPin(
            number,
            pin.shop,
            leads_to(pin.shop),
            round(pin.x_permille / _PER_PIXEL),
            round(pin.y_permille * height / WHOLE),
            meant is not None and meant in {pin.shop.plaque_number, str(pin.shop_id)},
        )
        for number, pin in enumerate(pinned.pins, start=1)
    ]
    return DrawnPlan(pinned.plan.id, pinned.plan.name, picture.id, WIDTH, height, pins)


def place_on(plan: DrawnPlan, x: int, y: int) -> tuple[int, int]:
    """Return a place on a drawn plan, in pixels, as shares of its width and height in permille.

    It may lie far beyond the plan: whole numbers have no largest one.
    """
    return _share(x, plan.width), _share(y, plan.height)


def _share(pixels: int, of: int) -> int:
    return (2 * pixels * WHOLE + of) // (2 * of)
