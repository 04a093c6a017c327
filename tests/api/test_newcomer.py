"""A community that has nothing yet, beside one that has one of everything.

What is named by a month, a code, a name or a number alone must not be found next door, nor counted.
"""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    Nomination,
    Resident,
    Shop,
    StaffAccount,
)
from loyalty.services.actors import Role
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_resident,
    given_round,
    given_shop,
    paired_till,
    signed_in,
)
from tests.given_deeds import given_deed_kind
from tests.given_everything import Everything
from tests.given_tables import HEADINGS, faults, text, upload
from tests.kept_database import KeptDatabase
from tests.two_communities import given_theirs

Headers = dict[str, str]


@pytest.fixture
def elsewhere(session: Session, kept_database: KeptDatabase) -> Everything:
    """Everything, in another community."""
    return kept_database.fill("elsewhere", partial(given_theirs, session))


@pytest.fixture
def community(session: Session, elsewhere: Everything) -> Community:  # noqa: ARG001  # comes first
    """Ours, in which there is nothing yet."""
    return given_community(session)


@pytest.fixture
def their_resident(session: Session, elsewhere: Everything) -> Resident:
    """Somebody of theirs, of whose name there is no other."""
    resident = session.get_one(Resident, (elsewhere.community_id, elsewhere.ids["resident_id"]))
    resident.name = "阿依古丽"
    session.commit()
    return resident


@pytest.fixture
def staff(session: Session, community: Community, elsewhere: Everything) -> Headers:  # noqa: ARG001
    """The newcomer's only manager, who comes last."""
    return signed_in(session, community, Role.MANAGER)


def send(client: FlaskClient, staff: Headers, call: str, body: Any = None) -> Any:
    verb, path = call.split(" ")
    headers = {**staff, "If-Match": '"1"', "Idempotency-Key": str(uuid4())}
    return client.open(f"/api/v1{path}", method=verb, headers=headers, json=body)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("GET /public/{slug}/rounds/2026-12", None),
        ("GET /public/{slug}/rounds/2026-12/record", None),
        ("GET /public/{slug}/shops/{plaque_number}", None),
        ("GET /public/{slug}/objections/{receipt}", None),
        (
            "POST /public/{slug}/rounds/2026-12/objections",
            {"reference": "{reference}", "text": "不是这样"},
        ),
        (
            "POST /public/{slug}/rounds/2027-01/nominations",
            {
                "honour": "civilized_resident",
                "name": "张小明",
                "unit": "3号楼2单元501",
                "source": "neighbour",
            },
        ),
    ],
)
def test_nothing_of_theirs_is_found_under_our_address(
    client: FlaskClient, community: Community, elsewhere: Everything, call: str, body: Any
) -> None:
    names = {**elsewhere.ids, **elsewhere.on_notice, "slug": community.slug}
    told = {name: value.format(**names) for name, value in body.items()} if body else None

    assert send(client, {}, call.format(**names), told).status_code == 404


def test_the_newcomers_lists_are_empty(
    client: FlaskClient, community: Community, staff: Headers
) -> None:
    for path in ("honour-roll", "shops"):
        assert send(client, {}, f"GET /public/{community.slug}/{path}").json["items"] == []
    for path in ("rounds", "cards", "shops", "cases", "matters", "deeds", "redemptions"):
        assert send(client, staff, f"GET /{path}").json["items"] == []
    assert client.get(f"/revocations/{community.slug}.json").status_code == 404


def test_a_code_that_only_they_have_is_unknown(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    resident = str(given_resident(session, community).id)
    session.commit()
    deed = {"date": "2026-12-01", "kind": "choir", "source": "签到表"}
    honour = {"honour": "star", "quota": 1, "pay_permille": 850}
    shop = {"name": "便民", "series": "蒲公英", "category": "超市"}

    refused = [
        send(client, staff, "POST /deeds", {**deed, "resident_id": resident, "points": "1.00"}),
        send(client, staff, "POST /deeds/sheet", {**deed, "entries": [{"resident_id": resident}]}),
        send(
            client,
            staff,
            "POST /rounds",
            {"month": "2027-01", "lists": [{"honour": "star", "quota": 1}]},
        ),
        send(
            client,
            staff,
            "POST /shops",
            {**shop, "terms": [{name: honour[name] for name in ("honour", "pay_permille")}]},
        ),
    ]

    assert [answer.json["errors"][0]["pointer"] for answer in refused] == [
        "/kind",
        "/kind",
        "/lists/0/honour",
        "/terms/0/honour",
    ]


def test_their_terms_and_managers_are_not_ours(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    band = send(client, staff, "PATCH /community", {"band_min_permille": 850})
    account = session.scalars(
        select(StaffAccount.id).where(StaffAccount.community_id == community.id)
    ).one()
    last = send(client, staff, f"PATCH /staff-accounts/{account}", {"active": False})

    assert band.status_code == 200, band.json
    assert last.status_code == 422


def test_numbers_begin_with_one_in_each_community(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    shop = given_shop(
        session,
        community,
        state="notice",
        notice_last=NOON.date().replace(day=8),
        plaque_number=None,
        certified_until=None,
    )
    card = given_card(session, community)
    session.commit()

    matter = send(
        client, staff, "POST /matters", {"kind": "need", "text": "灯", "raised_by": "staff"}
    )
    send(client, staff, f"POST /shops/{shop.id}/certification", {"action": "certify"})
    send(client, staff, f"POST /cards/{card.id}/suspend", {"reason": "丢失"})

    session.expire_all()
    document = client.get(f"/revocations/{community.slug}.json").json["list"]
    assert matter.json["number"] == 1
    assert shop.plaque_number == "PGY-0001"
    assert (document["number"], len(document["entries"])) == (1, 1)


def test_a_namesake_next_door_is_somebody_else(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: Headers,
    their_resident: Resident,
) -> None:
    given_round(session, community, state="open")
    session.commit()
    person = {"name": their_resident.name, "unit": their_resident.unit}

    voice = send(
        client,
        {},
        f"POST /public/{community.slug}/rounds/2026-12/nominations",
        {**person, "honour": "civilized_resident", "source": "neighbour"},
    )
    taken_in = send(
        client,
        staff,
        "POST /residents",
        {
            **person,
            "adult": True,
            "household_ref": their_resident.household_ref,
            "consents": {"membership": True, "publicity": False, "contact": False},
        },
    )

    assert voice.status_code == 201
    kept = session.scalars(select(Nomination).where(Nomination.receipt == voice.json["receipt"]))
    assert kept.one().state == "pending"
    assert taken_in.status_code == 201, taken_in.json


def test_tables_are_judged_by_our_records_alone(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: Headers,
    their_resident: Resident,
) -> None:
    given_deed_kind(session, community, code="choir")
    their_shop = session.scalars(select(Shop).where(Shop.name == "待挂牌")).one()
    session.commit()
    person = (their_resident.name, their_resident.unit, "是", their_resident.household_ref)
    deeds = ("姓名", "户号", "种类", "日期", "来源")
    deed = (their_resident.name, their_resident.household_ref, "choir", "2026-12-01", "签到表")
    by_id = (("居民编号", *deeds[2:]), (str(their_resident.id), *deed[2:]))

    people = upload(client, staff, text(HEADINGS, person))
    shops = upload(
        client,
        staff,
        text(("店名", "系列", "类别"), (their_shop.name, "蒲公英", "超市")),
        kind="shops",
    )
    sheets = [upload(client, staff, text(*rows), kind="deeds") for rows in ((deeds, deed), by_id)]

    assert faults(people) == faults(shops) == []
    assert [faults(sheet) for sheet in sheets] == [
        [(2, "姓名", "unknown_resident")],
        [(2, "居民编号", "unknown_resident")],
    ]


def test_their_honour_is_no_column_of_our_shops(client: FlaskClient, staff: Headers) -> None:
    def taken_in(heading: str, name: str) -> tuple[int, list[str]]:
        rows = ("店名", "系列", "类别", heading), (name, "蒲公英", "超市", "8.5")
        answer = upload(client, staff, text(*rows), kind="shops", dry_run=False)
        return answer.status_code, [fault["code"] for fault in answer.json.get("errors", [])]

    assert taken_in("院落之星折数", "甲") == taken_in("没有的折数", "乙")


@pytest.mark.usefixtures("elsewhere")
def test_a_tills_pack_is_of_its_own_community(
    client: FlaskClient, session: Session, community: Community
) -> None:
    till = paired_till(session, given_shop(session, community))

    pack = client.get("/api/v1/till/offline-pack", headers=till).json

    assert (pack["roster"], pack["revocations"]) == ([], None)
    assert "star" not in pack["honours"].values()
