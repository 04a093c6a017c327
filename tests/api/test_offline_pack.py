import gzip
import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from loyalty.cards.roster import SALT_BYTES
from loyalty.models import Card, Community, Resident, Shop, ShopTerm
from loyalty.services.actors import Role
from loyalty.services.cards.revocations import publish_revocations
from tests.given import (
    LONG_AFTER,
    NOON,
    SEALING_KEY,
    given_card,
    given_community,
    given_honour,
    given_resident,
    given_shop,
    honour_of,
    paired_till,
    signed_in,
)

LAW = Path(__file__).parents[2] / "docs" / "offline.md"
PACK = "/api/v1/till/offline-pack"
LARGEST = 60 * 1024
MANY = 5000


@dataclass
class Market:
    """A community with one certified shop and its till."""

    community: Community
    shop: Shop
    till: dict[str, str]


@pytest.fixture
def market(session: Session) -> Market:
    community = given_community(session)
    shop = given_shop(session, community)
    return Market(community, shop, paired_till(session, shop))


def pack_of(client: FlaskClient, market: Market) -> dict[str, Any]:
    answer = client.get(PACK, headers=market.till)
    assert answer.status_code == 200
    pack: dict[str, Any] = answer.json
    return pack


def marks_of(pack: dict[str, Any], card: Card) -> set[bytes]:
    """All that a card's mark may be, whatever its unkept byte is."""
    salt = b64decode(pack["roster_salt"])
    serial = card.serial.encode()
    return {sha256(serial + bytes([byte]) + salt).digest()[:4] for byte in range(256)}


def groups_with(pack: dict[str, Any], card: Card) -> list[dict[str, Any]]:
    """The groups of a roster that know a card."""
    wanted = marks_of(pack, card)
    return [part for part in pack["roster"] if not wanted.isdisjoint(split(part["marks"]))]


def split(marks: str) -> list[bytes]:
    joined = b64decode(marks)
    return [joined[at : at + 4] for at in range(0, len(joined), 4)]


def columns_of(record: Card | Resident) -> dict[str, Any]:
    """The values of a record, to make more of its kind."""
    return {
        member.key: getattr(record, member.key)
        for member in record.__mapper__.column_attrs
        if member.key != "id"
    }


def on_roster(client: FlaskClient, market: Market, card: Card) -> bool:
    return groups_with(pack_of(client, market), card) != []


def test_a_pack_says_what_holds_at_this_counter(
    client: FlaskClient, session: Session, market: Market
) -> None:
    market.shop.uses_per_shop_day = 5
    market.shop.opted_in_categories = ["alcohol"]
    honour = honour_of(session, market.community)
    session.add(
        ShopTerm(
            community_id=market.shop.community_id,
            shop_id=market.shop.id,
            honour_id=honour.id,
            pay_permille=820,
        )
    )
    session.commit()

    pack = pack_of(client, market)

    assert pack["issued_at"] == NOON.isoformat()
    assert pack["community"]["slug"] == market.community.slug
    assert pack["shop"] == {
        "name": market.shop.name,
        "plaque_number": market.shop.plaque_number,
        "certified": True,
        "certified_until": LONG_AFTER.isoformat(),
        "terms": {"civilized_resident": 820},
    }
    assert pack["policy"]["limits"]["uses_per_shop_day"] == 5
    assert "tobacco" in pack["policy"]["excluded_categories"]
    assert "alcohol" not in pack["policy"]["excluded_categories"]
    assert pack["policy"]["offline"] == {"days": 7, "sales": 500, "saved_fen": 200_000}
    assert pack["honours"]["1"] == "civilized_resident"


def test_a_pack_has_the_members_of_the_law(
    client: FlaskClient, session: Session, market: Market
) -> None:
    given_card(session, market.community)
    session.commit()
    example = json.loads(LAW.read_text("utf-8").split("```json\n")[1].split("```")[0])

    pack = pack_of(client, market)

    assert pack.keys() == example.keys()
    for name in ("community", "shop", "policy"):
        assert pack[name].keys() == example[name].keys()
    assert pack["roster"][0].keys() == example["roster"][0].keys()


def test_the_allowance_of_a_till_is_the_communitys_policy(
    client: FlaskClient, session: Session, market: Market
) -> None:
    manager = signed_in(session, market.community, Role.MANAGER)
    allowance = {"offline_sales_per_till": 20, "offline_saved_per_till_fen": None}

    changed = client.patch(
        "/api/v1/community", headers={**manager, "If-Match": '"1"'}, json={"limits": allowance}
    )

    assert {name: changed.json["limits"][name] for name in allowance} == allowance
    offline = pack_of(client, market)["policy"]["offline"]
    assert offline == {"days": 7, "sales": 20, "saved_fen": None}


def test_keys_and_list_are_those_anyone_may_fetch(
    client: FlaskClient, session: Session, market: Market
) -> None:
    elsewhere = given_community(session)
    given_card(session, elsewhere)
    given_card(session, market.community, state="revoked")
    session.commit()
    assert pack_of(client, market)["revocations"] is None
    publish_revocations(session, market.community, sealing_key=SEALING_KEY, now=NOON)
    session.commit()

    pack = pack_of(client, market)

    assert pack["keys"] == client.get(f"/keys/{market.community.slug}.json").json["keys"]
    assert {key["community"] for key in pack["keys"]} == {market.community.slug}
    published = client.get(f"/revocations/{market.community.slug}.json").json
    assert pack["revocations"] == published


@pytest.mark.parametrize(
    ("values", "listed"),
    [
        ({}, True),
        ({"state": "active"}, True),
        ({"state": "suspended"}, False),
        ({"state": "revoked"}, False),
        ({"valid_until": date(2026, 12, 9)}, True),
        ({"valid_until": date(2026, 12, 8)}, False),
        ({"valid_from": date(2027, 1, 1)}, True),
    ],
)
def test_the_roster_holds_the_cards_that_work_or_will(
    client: FlaskClient, session: Session, market: Market, values: dict[str, Any], *, listed: bool
) -> None:
    until = values.pop("valid_until", None)
    card = given_card(session, market.community, **values)
    card.valid_until = until or card.valid_until
    session.commit()

    assert on_roster(client, market, card) is listed


def test_the_roster_tells_honours_and_rates_apart(
    client: FlaskClient, session: Session, market: Market
) -> None:
    cards = [
        given_card(session, market.community),
        given_card(session, market.community),
        given_card(session, market.community, pay_permille=800, honour="household_head"),
    ]
    given_card(session, given_community(session))
    session.commit()

    pack = pack_of(client, market)

    december = {"valid_from": "2026-12-01", "valid_until": "2026-12-31"}
    assert [{**part, "marks": len(split(part["marks"]))} for part in pack["roster"]] == [
        {
            "honour": "civilized_resident",
            "pay_permille": 850,
            **december,
            "hashes": "",
            "marks": 2,
        },
        {"honour": "household_head", "pay_permille": 800, **december, "hashes": "", "marks": 1},
    ]
    assert [groups_with(pack, card) for card in cards] == [
        [pack["roster"][place]] for place in (0, 0, 1)
    ]


def test_a_card_keeps_its_mark_from_pack_to_pack(
    client: FlaskClient, session: Session, market: Market
) -> None:
    """Else whoever holds two packs could keep the numbers that are in both."""
    given_card(session, market.community)
    session.commit()
    [first] = pack_of(client, market)["roster"]
    given_card(session, market.community)
    session.commit()

    [second] = pack_of(client, market)["roster"]

    assert set(split(first["marks"])) < set(split(second["marks"]))


def test_another_community_marks_its_cards_otherwise(
    client: FlaskClient, session: Session, market: Market
) -> None:
    elsewhere = given_community(session)
    shop = given_shop(session, elsewhere)
    theirs = Market(elsewhere, shop, paired_till(session, shop))

    salts = {b64decode(pack_of(client, one)["roster_salt"]) for one in (market, theirs)}

    assert [len(salt) for salt in salts] == [SALT_BYTES, SALT_BYTES]


def test_a_shop_that_gives_no_discount_is_told_so(
    client: FlaskClient, session: Session, market: Market
) -> None:
    market.shop.certified_until = NOON.date() - timedelta(days=1)
    session.commit()

    assert pack_of(client, market)["shop"]["certified"] is False


def test_a_pack_is_compressed_for_whoever_takes_it_so(client: FlaskClient, market: Market) -> None:
    plain = client.get(PACK, headers=market.till)
    packed = client.get(PACK, headers={**market.till, "Accept-Encoding": "gzip, br"})
    refused = client.get(PACK, headers={**market.till, "Accept-Encoding": "gzip;q=0"})

    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in refused.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert "Accept-Encoding" in plain.vary
    assert "Accept-Encoding" in packed.vary
    assert plain.headers["ETag"] == packed.headers["ETag"]


def test_five_thousand_cards_fit_a_small_pack(
    client: FlaskClient, session: Session, market: Market
) -> None:
    many = range(1, MANY)
    first = given_card(session, market.community)
    resident = given_resident(session, market.community)
    holders = session.scalars(
        insert(Resident).returning(Resident.id),
        [columns_of(resident) for _ in many],
    )
    session.execute(
        insert(Card),
        [
            {**columns_of(first), "serial": f"{place:012}", "resident_id": holder}
            for place, holder in zip(many, holders, strict=True)
        ],
    )
    session.commit()

    answer = client.get(PACK, headers={**market.till, "Accept-Encoding": "gzip"})

    assert len(answer.data) <= LARGEST
    (part,) = json.loads(gzip.decompress(answer.data))["roster"]
    assert len(split(part["marks"])) == MANY


def test_a_pack_names_nobody(client: FlaskClient, session: Session, market: Market) -> None:
    market.shop.contact = "王大力 13800138000"
    resident = given_resident(session, market.community, name="赵小红", phone="13900139000")
    card = given_card(session, market.community, resident_id=resident.id)
    session.commit()

    text = client.get(PACK, headers=market.till).text

    for private in ("赵小红", "王大力", "13800138000", "13900139000", card.serial, card.token):
        assert private not in text
        assert json.dumps(private).strip('"') not in text


def test_only_a_paired_till_gets_a_pack(
    client: FlaskClient, session: Session, market: Market
) -> None:
    revoked = paired_till(session, market.shop, revoked_at=NOON)
    manager = signed_in(session, market.community, Role.MANAGER)

    assert client.get(PACK).status_code == 401
    assert client.get(PACK, headers=revoked).status_code == 401
    assert client.get(PACK, headers=manager).status_code == 403


def test_a_pack_says_what_honours_are_called_in_every_language(
    client: FlaskClient, session: Session, market: Market
) -> None:
    given_honour(session, market.community, name_en="Courtyard star", active=False)
    session.commit()

    pack = pack_of(client, market)

    # Cards of a retired honour work on, so it is among them.
    assert pack["honours"]["3"] == "star"
    assert pack["honour_names"] == {
        "civilized_resident": {
            "zh_Hans": "文明居民",
            "zh_Hant": "文明居民",
            "en": "Civilized resident",
        },
        "household_head": {"zh_Hans": "联户长", "zh_Hant": "聯戶長", "en": "Household head"},
        "star": {"zh_Hans": "院落之星", "zh_Hant": "院落之星", "en": "Courtyard star"},
    }


def test_a_till_is_told_of_a_new_name(
    client: FlaskClient, session: Session, market: Market
) -> None:
    first = client.get(PACK, headers=market.till)

    honour_of(session, market.community, "household_head").name_en = "Head of ten households"
    session.commit()

    tagged = {**market.till, "If-None-Match": first.headers["ETag"]}
    pack = client.get(PACK, headers=tagged)
    assert pack.status_code == 200
    assert pack.json["honour_names"]["household_head"]["en"] == "Head of ten households"
