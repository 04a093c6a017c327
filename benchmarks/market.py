"""The demonstration's market, set up for a replay through its own API."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.service import Line

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Stall:
    """A shop with a till of the benchmark's own."""

    till_id: str
    token: str
    terms: Mapping[str, int]
    """Honour → permille that is paid."""
    opted_in: frozenset[str]


@dataclass(frozen=True, slots=True)
class Card:
    """A card that people hold this month."""

    number: str
    honour: str
    pay_permille: int


@dataclass(frozen=True, slots=True)
class Market:
    """Where the sales are made."""

    stalls: list[Stall]
    cards: list[Card]
    excluded: frozenset[str]


def signed_in(line: Line, accounts: Path, username: str) -> str:
    """Return a token of one of the demonstration's accounts."""
    for account in json.loads(accounts.read_text(encoding="utf-8")):
        if account["username"] == username:
            body = {"username": username, "password": account["password"]}
            return str(line.ask("POST", "/tokens", body=body)["token"])
    raise SystemExit(f"{accounts} has no account {username}; build it with: loyalty demo")


@contextmanager
def without_limits(line: Line, manager: str) -> Iterator[None]:
    """Lift the limits of a card's uses: there are many more real customers than cards."""
    names = ("uses_per_shop_day", "uses_per_day", "saved_per_month_fen")

    def change(limits: Mapping[str, int | None]) -> None:
        tag = line.call("GET", "/community", token=manager).tag or ""
        line.ask("PATCH", "/community", token=manager, body={"limits": limits}, If_Match=tag)

    before = line.ask("GET", "/community", token=manager)["limits"]
    change(dict.fromkeys(names))
    try:
        yield
    finally:
        change({name: before[name] for name in names})


def opened_market(line: Line, manager: str, today: date) -> Market:
    """Pair a till in every certified shop, and find the cards that work today."""
    shops = line.list("/shops", manager, state="certified")
    cards = [
        Card(card["number"], card["honour"], card["pay_permille"])
        for card in line.list("/cards", manager, state="active")
        if card["valid_from"] <= today.isoformat() <= card["valid_until"]
    ]
    if not shops or not cards:
        raise SystemExit("There is no certified shop, or no card: loyalty demo")
    excluded = frozenset(line.ask("GET", "/community", token=manager)["excluded_categories"])
    return Market([_stall(line, manager, shop) for shop in shops], cards, excluded)


def _stall(line: Line, manager: str, shop: Mapping[str, Any]) -> Stall:
    path = f"/shops/{shop['id']}/tills"
    code = line.ask("POST", path, token=manager, body={"name": "replay"})["pairing_code"]
    pairing = line.ask("POST", "/till/pairing", body={"pairing_code": code})
    return Stall(
        till_id=pairing["till"]["id"],
        token=pairing["token"],
        terms={term["honour"]: term["pay_permille"] for term in shop["terms"]},
        opted_in=frozenset(shop["opted_in_categories"]),
    )
