"""The places of the console, as its frame leads to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import request, url_for
from flask_babel import LazyString, lazy_gettext
from flask_login import current_user

from loyalty.pages.staff import console
from loyalty.services.actors import Role

HOME = "staff_home.home"

PLACES: Mapping[str, tuple[LazyString, frozenset[Role]]] = MappingProxyType(
    {
        HOME: (lazy_gettext("首页"), frozenset(Role)),
        "staff_own_shops.listed": (lazy_gettext("我的店"), frozenset({Role.SHOP_OWNER})),
        "staff_rounds.listed": (lazy_gettext("本月评选"), console.STAFF),
        "staff_residents.listed": (lazy_gettext("居民"), console.STAFF),
        "staff_shops.listed": (lazy_gettext("店铺"), console.STAFF),
        "staff_cards.listed": (lazy_gettext("卡片"), console.STAFF),
        "staff_sales.listed": (lazy_gettext("用卡记录"), console.STAFF),
        "staff_cases.listed": (lazy_gettext("用卡问题"), console.STAFF),
        "staff_deeds.listed": (lazy_gettext("好事"), console.STAFF),
        "staff_matters.listed": (lazy_gettext("三张清单"), console.STAFF | {Role.COUNCIL}),
        "staff_council.shown": (lazy_gettext("议事会"), console.STAFF | {Role.COUNCIL}),
        "staff_figures.shown": (lazy_gettext("数字"), console.STAFF | {Role.COUNCIL}),
        "staff_street.shown": (lazy_gettext("各社区"), frozenset({Role.STREET})),
        "staff_policy.shown": (lazy_gettext("设置"), console.MANAGERS),
        "staff_own_account.shown": (lazy_gettext("我的账号"), frozenset(Role)),
    }
)
"""By endpoint, in the order of the frame: what each is called, and who is led to it."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the console, as its frame shows it."""

    name: LazyString
    address: str
    is_here: bool
    """Whether this page is there, or below it."""


def console_places() -> Iterator[Place]:
    """Return the places to which the frame leads whoever is signed in."""
    for endpoint, (name, callers) in PLACES.items():
        if endpoint == HOME or current_user.actor.roles & callers:
            address = url_for(endpoint)
            below = endpoint != HOME and request.path.startswith(f"{address}/")
            is_here = request.blueprint == endpoint.partition(".")[0]
            yield Place(name, address, is_here or below)
