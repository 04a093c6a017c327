"""The way into an owner's pages: the account is an owner's, and the shop is its own."""

from uuid import UUID

from loyalty.models import Shop
from loyalty.pages.staff import console
from loyalty.services.actors import Role
from loyalty.services.shops.finding import get_shop_for_owner

OWNERS = frozenset({Role.SHOP_OWNER})


class OwnersConsole(console.Console):
    """Some pages for owners of shops alone; staff have pages of their own for the same."""

    def __init__(self, name: str, path: str = "") -> None:
        super().__init__(name, f"/own-shops{path}", only=OWNERS)


def get_own_shop(shop_id: UUID) -> Shop:
    """Return a shop to its owner.

    Raises:
        UnknownRecordError: the community has no such shop.
        NotAllowedError: it is another's.
    """
    with console.work() as work:
        return get_shop_for_owner(work, shop_id)
