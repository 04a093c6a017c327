"""A community that has nothing yet, beside one that has one of everything.

What is named by a month, a code, a name or a number alone must not be found next door, nor counted.
"""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    Deed,
    Matter,
    Nomination,
    Objection,
    Resident,
    Shop,
    SigningKey,
    StaffAccount,
)
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role, StaffMember
from loyalty.services.card_keys import destroy_spent_keys
from loyalty.services.deed_sheets import RecordSheet, people_on
from loyalty.services.errors import UnknownRecordError
from loyalty.services.matters import matter_called
from loyalty.services.nominees import nominees_in
from loyalty.services.retention import forget_contacts
from loyalty.services.rounds import round_in
from loyalty.services.tables import read_table
from loyalty.services.working_days import last_day_of
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_resident,
    given_round,
    given_shop,
    given_staff,
    paired_till,
    signed_in,
)
from tests.given_deeds import given_deed_kind
from tests.given_everything import Everything, given_everything
from tests.given_tables import HEADINGS, faults, text, upload

Headers = dict[str, str]


@pytest.fixture
def elsewhere(session: Session) -> Everything:
    """Everything, in another community."""
    return given_everything(session, given_community(session))


@pytest.fixture
def their_resident(session: Session, elsewhere: Everything) -> Resident:
    return session.get_one(Resident, elsewhere.ids["resident_id"])


@pytest.fixture
def staff(session: Session, community: Community, elsewhere: Everything) -> Headers:  # noqa: ARG001
    """The newcomer's only manager, who comes last."""
    return signed_in(session, community, Role.MANAGER)


@pytest.fixture
def actor(session: Session, community: Community, elsewhere: Everything) -> StaffMember:  # noqa: ARG001
    return given_staff(session, community)


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


def test_a_file_of_nominees_names_nobody_next_door(
    session: Session, actor: StaffMember, their_resident: Resident
) -> None:
    rows = read_table(text(("姓名", "住址"), (their_resident.name, their_resident.unit)))

    assert nominees_in(session, actor, rows).residents == []


def test_their_month_and_their_sheet_are_not_ours(
    session: Session, actor: StaffMember, elsewhere: Everything
) -> None:
    theirs = session.get_one(StaffAccount, elsewhere.ids["account_id"])
    deed = session.scalars(select(Deed).where(Deed.community_id == theirs.community_id)).one()

    with pytest.raises(UnknownRecordError):
        round_in(session, actor, Month(2026, 12))
    assert people_on(session, actor, RecordSheet(deed.done_on, "choir", deed.source, ())) == []


def test_whoever_raised_a_matter_there_asks_in_vain_here(
    session: Session, community: Community, elsewhere: Everything
) -> None:
    matter = session.get_one(Matter, elsewhere.ids["matter_id"])

    with pytest.raises(UnknownRecordError):
        matter_called(session, community, str(matter.receipt))


def test_their_changed_days_do_not_count_here(
    session: Session, community: Community, elsewhere: Everything
) -> None:
    account = session.get_one(StaffAccount, elsewhere.ids["account_id"])

    ours, theirs = (
        last_day_of(session, one, NOON.date(), 5) for one in (community.id, account.community_id)
    )

    assert ours < theirs


def test_forgetting_and_destroying_stay_at_home(
    session: Session, community: Community, elsewhere: Everything
) -> None:
    objection = session.get_one(Objection, elsewhere.on_notice["objection_id"])
    matter = session.get_one(Matter, elsewhere.ids["matter_id"])
    objection.upheld, objection.reason = False, "已经核实"
    objection.decided_by = matter.owner_id
    matter.state, matter.answer = "closed", "换了"
    objection.decided_at = matter.answered_at = matter.closed_at = NOON.replace(month=1)
    session.flush()

    forget_contacts(session, community.id, now=NOON)
    destroy_spent_keys(session, community, now=NOON.replace(year=2030))

    session.expire_all()
    assert (objection.contact, matter.contact) == ("3-502", "3-501")
    assert None not in session.scalars(select(SigningKey.sealed_private_key)).all()


@pytest.mark.usefixtures("elsewhere")
def test_a_tills_pack_is_of_its_own_community(
    client: FlaskClient, session: Session, community: Community
) -> None:
    till = paired_till(session, given_shop(session, community))

    pack = client.get("/api/v1/till/offline-pack", headers=till).json

    assert (pack["roster"], pack["revocations"]) == ([], None)
    assert "star" not in pack["honours"].values()
