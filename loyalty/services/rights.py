"""Who may do what: one matrix of rights and roles, over the addresses of console and API.

The guards stand at the routes (`Console` in `loyalty/pages/staff/console.py`, `open_to` in
`loyalty/api/access.py`); `tests/pages/test_rights.py` holds each of them to the matrix.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from loyalty.services.actors import Role

STAFF = frozenset({Role.STAFF, Role.MANAGER})
MANAGER = frozenset({Role.MANAGER})
COUNCIL = STAFF | {Role.COUNCIL}
EVERYBODY = frozenset(Role)


class Right(StrEnum):
    """Something that some may do, as people speak of it."""

    OWN_ACCOUNT = "own_account"
    RESIDENTS = "residents"
    ROUNDS = "rounds"
    CONFIRM = "confirm"
    SCORE = "score"
    CARDS = "cards"
    SALES = "sales"
    SHOPS = "shops"
    CERTIFY = "certify"
    SHOP_TILLS = "shop_tills"
    OWN_SHOP = "own_shop"
    DEEDS = "deeds"
    CONTRIBUTIONS = "contributions"
    MATTERS = "matters"
    FIGURES = "figures"
    LISTS = "lists"
    DAILY = "daily"
    CLOSE_MONTHS = "close_months"
    POLICY = "policy"
    ACCOUNTS = "accounts"
    STREET = "street"


ROLES: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        Right.OWN_ACCOUNT: EVERYBODY,
        Right.RESIDENTS: STAFF,
        Right.ROUNDS: STAFF,
        Right.CONFIRM: MANAGER,
        Right.SCORE: STAFF | {Role.PANEL},
        Right.CARDS: STAFF,
        Right.SALES: STAFF,
        Right.SHOPS: STAFF,
        Right.CERTIFY: MANAGER,
        Right.SHOP_TILLS: STAFF | {Role.SHOP_OWNER},
        Right.OWN_SHOP: frozenset({Role.SHOP_OWNER}),
        Right.DEEDS: STAFF,
        Right.CONTRIBUTIONS: STAFF,
        Right.MATTERS: COUNCIL,
        Right.FIGURES: COUNCIL,
        Right.LISTS: COUNCIL,
        Right.DAILY: STAFF,
        Right.CLOSE_MONTHS: MANAGER,
        Right.POLICY: MANAGER,
        Right.ACCOUNTS: MANAGER,
        Right.STREET: frozenset({Role.STREET}),
    }
)
"""The matrix. With what is not theirs, panel, owners and council may do less; services say so."""

API = "/api/v1"
_SHOP, _ROUND = f"{API}/shops/<shop_id>", f"{API}/rounds/<round_id>"

PLACES: Mapping[str, Right] = MappingProxyType(
    {
        "/staff/account": Right.OWN_ACCOUNT,
        f"{API}/tokens": Right.OWN_ACCOUNT,
        "/staff/residents": Right.RESIDENTS,
        f"{API}/residents": Right.RESIDENTS,
        "/staff/rounds": Right.ROUNDS,
        f"{API}/rounds": Right.ROUNDS,
        "/staff/rounds/<round_id>/ballots": Right.SCORE,
        f"{_ROUND}/ballots": Right.SCORE,
        f"POST {_ROUND}/conflicts": Right.SCORE,
        f"DELETE {_ROUND}/conflicts": Right.SCORE,
        "/staff/cards": Right.CARDS,
        "/staff/card-sheets": Right.CARDS,
        f"{API}/cards": Right.CARDS,
        "/staff/sales": Right.SALES,
        "/staff/cases": Right.SALES,
        f"{API}/cases": Right.SALES,
        f"{API}/redemptions": Right.SALES,
        f"{API}/redemptions/<sale_id>": Right.SHOP_TILLS,
        "/staff/shops": Right.SHOPS,
        f"{API}/shops": Right.SHOPS,
        f"{_SHOP}/tills": Right.SHOP_TILLS,
        f"{_SHOP}/statement": Right.SHOP_TILLS,
        f"{_SHOP}/offer": Right.SHOP_TILLS,
        f"{_SHOP}/offer-confirmation": Right.SHOP_TILLS,
        f"{_SHOP}/offer-proposals": Right.SHOP_TILLS,
        f"DELETE {API}/tills": Right.SHOP_TILLS,
        "/staff/own-shops": Right.OWN_SHOP,
        "/staff/deeds": Right.DEEDS,
        f"{API}/deeds": Right.DEEDS,
        "/staff/figures/contributions": Right.CONTRIBUTIONS,
        "/staff/figures/evidence": Right.CONTRIBUTIONS,
        f"{API}/contributions": Right.CONTRIBUTIONS,
        "/staff/matters": Right.MATTERS,
        "/staff/council": Right.MATTERS,
        f"{API}/matters": Right.MATTERS,
        f"{API}/matters/<matter_id>": Right.DAILY,
        f"{API}/meetings": Right.MATTERS,
        "/staff/figures": Right.FIGURES,
        f"{API}/benefit": Right.FIGURES,
        f"{API}/benefit.csv": Right.FIGURES,
        f"{API}/benefit.docx": Right.FIGURES,
        f"{API}/benefit.xlsx": Right.FIGURES,
        "/staff/lists": Right.LISTS,
        "/staff/figures/links": Right.CLOSE_MONTHS,
        "/staff/figures/months/<month>/close": Right.CLOSE_MONTHS,
        f"{API}/benefit/months": Right.CLOSE_MONTHS,
        "/staff/policy": Right.POLICY,
        "/staff/deeds/kinds": Right.POLICY,
        f"PATCH {API}/community": Right.POLICY,
        "POST /staff/working-days": Right.POLICY,
        f"PUT {API}/working-days": Right.POLICY,
        f"POST {API}/deed-kinds": Right.POLICY,
        f"PATCH {API}/deed-kinds": Right.POLICY,
        f"POST {API}/honours": Right.POLICY,
        f"PATCH {API}/honours": Right.POLICY,
        f"POST {API}/shop-series": Right.POLICY,
        f"PATCH {API}/shop-series": Right.POLICY,
        f"POST {API}/contribution-kinds": Right.POLICY,
        f"PATCH {API}/contribution-kinds": Right.POLICY,
        f"POST {API}/score-sheet": Right.POLICY,
        f"POST {API}/pledges": Right.POLICY,
        f"{API}/web-push": Right.POLICY,
        f"{API}/webhooks": Right.POLICY,
        "/staff/policy/accounts": Right.ACCOUNTS,
        "/staff/policy/rights": Right.ACCOUNTS,
        f"{API}/staff-accounts": Right.ACCOUNTS,
        f"{API}/audit-events": Right.ACCOUNTS,
        "/staff/street": Right.STREET,
    }
)
"""Which right an address needs, and all below it; the longest holds. A verb may stand before it.

What is not named here is `Right.DAILY`. `Right.CONFIRM` and `Right.CERTIFY` are no addresses: they
are steps of a round and of a shop's certification, which the services refuse.
"""


def find_right(path: str, verb: str) -> Right:
    """Return the right that an address needs.

    Args:
        path: as its route has it, without the types of its parts: ``/staff/cards/<card_id>``.
    """
    found = [
        (len(place), place != named, right)
        for named, right in PLACES.items()
        if (place := named.removeprefix(f"{verb} ")).startswith("/")
        and (path == place or path.startswith(f"{place}/"))
    ]
    return max(found)[-1] if found else Right.DAILY
