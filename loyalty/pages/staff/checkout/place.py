"""Where sales are looked at: all of a community by its staff, or those of one shop by its owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from loyalty.models import Shop


@dataclass(frozen=True, slots=True)
class SalesPlace:
    """One place of the console where sales are looked at."""

    part: str
    """Name of its blueprint."""
    shop: Shop | None = None
    """Whose sales alone are seen there; None where those of all shops are."""

    @property
    def shop_id(self) -> UUID | None:
        """Return the id of that shop."""
        return None if self.shop is None else self.shop.id

    @property
    def names(self) -> Mapping[str, Any]:
        """Return what its addresses name beside a sale."""
        return {} if self.shop is None else {"shop_id": self.shop.id}

    def address(self, page: str, **asked: Any) -> str:
        """Return the address of one of its pages."""
        return url_for(f"{self.part}.{page}", **self.names, **asked)
