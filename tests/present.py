"""What may be absent in general, and is there in the test that reads it."""

from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """Return what must be there."""
    assert value is not None
    return value
