"""What parties give beside the discount is written down, and counts once it may."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.contributions import Unit
from loyalty.services.actors import Role
from tests.given import (
    NOBODY,
    NOON,
    given_account,
    given_card,
    given_community,
    given_shop,
    signed_in,
)
from tests.given_closed_months import given_closed_month
from tests.given_contributions import (
    BENEFIT,
    PROMOTION,
    URL,
    Headers,
    faults,
    given_contribution,
    given_party,
    matrix,
    record,
)
from tests.given_sales import given_redemption

PARTIES = "/api/v1/parties"
KINDS = "/api/v1/contribution-kinds"


def test_a_contribution_counts_in_the_matrix_and_is_found_behind_its_cell(
    client: FlaskClient, staff: Headers
) -> None:
    entry = record(client, staff)

    assert (entry.status_code, entry.headers["ETag"]) == (201, '"1"'), entry.json
    assert {**PROMOTION, "state": "counted", "giver": "community"}.items() <= entry.json.items()
    assert matrix(client, staff) == [("community", "shops", "attested", 9_000_000)]
    behind = "?from=2026-12&to=2026-12&giver=community&receiver=shops&label=attested"
    (found,) = client.get(URL + behind, headers=staff).json["items"]
    assert (found["id"], found["evidence"]) == (entry.json["id"], PROMOTION["evidence"])
    elsewhere = "?from=2026-12&to=2026-12&giver=community&receiver=shops&label=estimated"
    assert client.get(URL + elsewhere, headers=staff).json["items"] == []


def test_money_units_and_labels_are_never_added_to_each_other(
    client: FlaskClient, staff: Headers
) -> None:
    night = {"kind": "night_market", "amount_fen": 0, "evidence_again": True}
    record(client, staff)
    record(client, staff, **night, quantity_hundredths=200, unit="evenings")
    record(client, staff, label="estimated", amount_fen=100, evidence=None)

    found = client.get(BENEFIT, headers=staff).json

    attested, estimated = found["matrix"][:2]
    assert (attested["amount_fen"], estimated["amount_fen"]) == (9_000_000, 100)
    assert attested["quantities"] == [
        {"unit": "evenings", "quantity_hundredths": 200},
        {"unit": "visits", "quantity_hundredths": 350_000},
    ]
    assert [(one["kind"], one["label"], one["entries"]) for one in found["contributions"]] == [
        ("promotion", "attested", 1),
        ("promotion", "estimated", 1),
        ("night_market", "attested", 1),
    ]
    assert {"matrix", "contributions"} <= found["definitions"].keys()


def test_whoever_is_named_decides_on_which_side_it_counts(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    bank = given_party(session, community, "和平银行")
    session.commit()

    record(client, staff, kind="subsidised_loan", unit="loans", giver_id=str(bank.id))

    assert matrix(client, staff) == [("enterprises", "shops", "attested", 9_000_000)]


def test_what_is_withdrawn_counts_nowhere_and_stays_to_be_seen(
    client: FlaskClient, staff: Headers
) -> None:
    url = f"{URL}/{record(client, staff).json['id']}"

    answer = client.post(f"{url}/withdrawal", headers=staff, json={"reason": "记重了"})

    assert (answer.status_code, answer.json["state"]) == (200, "withdrawn")
    assert matrix(client, staff) == []
    assert client.get(url, headers=staff).json["reason"] == "记重了"
    again = client.post(f"{url}/withdrawal", headers=staff, json={"reason": "记重了"})
    assert (again.status_code, again.json["missing"]) == (409, ["wrong_state"])


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"happened_on": "2026-12-10"}, "/happened_on"),
        ({"amount_fen": -1}, "/amount_fen"),
        ({"amount_fen": 1_000_000_000_001}, "/amount_fen"),
        ({"amount_fen": 1.5}, "/amount_fen"),
        ({"amount_fen": 0, "quantity_hundredths": 0, "unit": None}, "/amount_fen"),
        ({"quantity_hundredths": -1}, "/quantity_hundredths"),
        ({"quantity_hundredths": 0}, "/quantity_hundredths"),
        ({"unit": "hours"}, "/unit"),
        ({"unit": "tons"}, "/unit"),
        ({"unit": None}, "/unit"),
        ({"label": "measured"}, "/label"),
        ({"label": "heard"}, "/label"),
        ({"evidence": None}, "/evidence"),
        ({"kind": "lottery"}, "/kind"),
        ({"giver_id": NOBODY}, "/giver_id"),
        ({"receiver_id": NOBODY}, "/receiver_id"),
        ({"state": "counted"}, "/state"),
    ],
)
def test_a_contribution_that_makes_no_sense_is_named_and_not_kept(
    client: FlaskClient, staff: Headers, values: dict[str, Any], pointer: str
) -> None:
    assert faults(record(client, staff, **values)) == [pointer]
    assert client.get(URL, headers=staff).json["items"] == []


def test_today_and_both_ends_of_an_amount_are_taken(client: FlaskClient, staff: Headers) -> None:
    for place, amount in enumerate((1, 1_000_000_000_000)):
        ends = {"amount_fen": amount, "happened_on": "2026-12-09", "evidence": f"第{place}号"}
        assert record(client, staff, **ends).status_code == 201


def test_a_closed_month_takes_nothing_in_and_gives_nothing_out(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    old = given_contribution(session, community, happened_on=date(2026, 10, 31))
    account = given_account(session, community)
    given_closed_month(session, community, closed_by=account.id)
    session.commit()
    url, tag = f"{URL}/{old.id}", {**staff, "If-Match": '"1"'}

    refused = [
        record(client, staff, happened_on="2026-10-31"),
        record(client, staff, happened_on="2026-09-30"),
        client.patch(url, headers=tag, json={"amount_fen": 200}),
        client.patch(url, headers=tag, json={"happened_on": "2026-11-01"}),
        client.post(f"{url}/withdrawal", headers=staff, json={"reason": "记重了"}),
    ]

    for answer in refused:
        assert (answer.status_code, answer.json["missing"]) == (409, ["month_closed"])
    entry = record(client, staff, happened_on="2026-11-01").json
    back = {"If-Match": '"1"', **staff}
    moved = client.patch(f"{URL}/{entry['id']}", headers=back, json={"happened_on": "2026-10-31"})
    assert moved.status_code == 409


@pytest.mark.parametrize("evidence", ["活动总结第3页", " 活动总结 第０３页", "活动总结第3頁"])
def test_the_same_evidence_is_asked_about(
    client: FlaskClient, staff: Headers, evidence: str
) -> None:
    record(client, staff)

    again = record(client, staff, evidence=evidence)
    meant = record(client, staff, evidence=evidence, evidence_again=True)

    # A variant letter is another letter.
    expected = 201 if "頁" in evidence else 409
    assert (again.status_code, meant.status_code) == (expected, 201)


def test_evidence_that_stays_is_not_asked_about_again(client: FlaskClient, staff: Headers) -> None:
    record(client, staff, amount_fen=100)
    record(client, staff, amount_fen=100, evidence="另一页")
    twice = record(client, staff, amount_fen=100, evidence_again=True).json
    url = f"{URL}/{twice['id']}"

    def change(version: int, **values: Any) -> int:
        tag = {**staff, "If-Match": f'"{version}"'}
        return client.patch(url, headers=tag, json=values).status_code

    assert [change(1, amount_fen=200), change(2, evidence="另一页")] == [200, 409]


def test_evidence_of_an_entry_that_was_withdrawn_serves_again(
    client: FlaskClient, staff: Headers
) -> None:
    url = f"{URL}/{record(client, staff).json['id']}"
    client.post(f"{url}/withdrawal", headers=staff, json={"reason": "写错了"})

    assert record(client, staff).status_code == 201


def test_a_contribution_sent_twice_under_one_key_is_written_down_once(
    client: FlaskClient, staff: Headers
) -> None:
    keyed = {**staff, "Idempotency-Key": str(uuid4())}

    first, again = record(client, keyed), record(client, keyed)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert len(client.get(URL, headers=staff).json["items"]) == 1


def test_the_second_of_two_changes_is_told_to_look_again(
    client: FlaskClient, staff: Headers
) -> None:
    url, tag = f"{URL}/{record(client, staff).json['id']}", {**staff, "If-Match": '"1"'}
    first = client.patch(url, headers=tag, json={"amount_fen": 100})

    second = client.patch(url, headers=tag, json={"amount_fen": 200})

    assert (first.status_code, second.status_code) == (200, 412)
    assert client.patch(url, headers=staff, json={"amount_fen": 200}).status_code == 428
    assert matrix(client, staff) == [("community", "shops", "attested", 100)]


def test_a_party_written_two_ways_is_one(client: FlaskClient, staff: Headers) -> None:
    mill = {"name": "天山面粉厂", "kind": "enterprise"}
    assert client.post(PARTIES, headers=staff, json=mill).status_code == 201

    for spelled in ("天山 面粉厂", "天山面粉厂\u200b", "（天山面粉厂）"):
        answer = client.post(PARTIES, headers=staff, json={**mill, "name": spelled})
        assert answer.status_code == 409, spelled
    assert [one["name"] for one in client.get(PARTIES, headers=staff).json["items"]] == [
        "天山面粉厂"
    ]


def test_two_parties_that_are_one_are_merged_with_their_entries(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    mill, factory = (
        given_party(session, community, name) for name in ("天山面粉厂", "天山面粉有限公司")
    )
    session.commit()
    entry = record(client, staff, giver_id=str(factory.id)).json

    into = {"into_id": str(mill.id)}
    answer = client.post(f"{PARTIES}/{factory.id}/merge", headers=staff, json=into)

    assert (answer.status_code, answer.json["name"]) == (200, "天山面粉厂")
    kept = client.get(f"{URL}/{entry['id']}", headers=staff).json
    assert kept["giver_id"] == str(mill.id)
    assert len(client.get(PARTIES, headers=staff).json["items"]) == 1
    assert faults(record(client, staff, giver_id=str(factory.id), evidence="新")) == ["/giver_id"]
    same = client.post(f"{PARTIES}/{mill.id}/merge", headers=staff, json=into)
    assert faults(same) == ["/into_id"]


def test_a_name_that_begins_like_a_formula_is_a_name(client: FlaskClient, staff: Headers) -> None:
    answer = client.post(PARTIES, headers=staff, json={"name": "=1+1厂", "kind": "enterprise"})

    assert (answer.status_code, answer.json["name"]) == (201, "=1+1厂")


def test_a_manager_adds_a_kind_and_staff_enter_it(
    client: FlaskClient, staff: Headers, manager: Headers
) -> None:
    bus = {
        "code": "bus_line",
        "names": {"zh_Hans": "便民班车", "zh_Hant": "便民班車", "en": "Shuttle bus"},
        "giver": "enterprises",
        "receiver": "residents",
        "units": ["visits"],
    }
    assert client.post(KINDS, headers=staff, json=bus).status_code == 403

    added = client.post(KINDS, headers=manager, json=bus)

    assert added.status_code == 201
    assert client.get(KINDS, headers=staff).json["items"][-1] == added.json
    assert client.post(KINDS, headers=manager, json=bus).status_code == 409
    record(client, staff, kind="bus_line")
    assert matrix(client, staff) == [("enterprises", "residents", "attested", 9_000_000)]


def test_a_kind_names_each_unit_once(client: FlaskClient, manager: Headers) -> None:
    names = {"names": {"zh_Hans": "便民班车"}, "giver": "enterprises", "receiver": "residents"}

    def add(code: str, units: list[str]) -> Any:
        return client.post(KINDS, headers=manager, json={**names, "code": code, "units": units})

    assert faults(add("bus_line", ["visits", "visits"])) == ["/units"]
    assert faults(add("bus_line", [*Unit, "visits"])) == ["/units"]
    assert add("bus_line", [unit.value for unit in Unit]).status_code == 201


def test_an_outsider_sees_and_counts_nothing_of_it(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    url = f"{URL}/{record(client, staff).json['id']}"
    outsider = signed_in(session, given_community(session), Role.MANAGER)

    assert client.get(url, headers=outsider).status_code == 404
    assert client.get(URL, headers=outsider).json["items"] == []
    assert matrix(client, outsider) == []
    for role in (Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER):
        assert client.get(URL, headers=signed_in(session, community, role)).status_code == 403


def test_a_month_is_closed_once_nothing_large_of_it_waits(
    client: FlaskClient, session: Session, community: Community, manager: Headers,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    card = given_card(session, community, valid_from=date(2026, 11, 1))
    given_redemption(session, card, given_shop(session, community), month=date(2026, 11, 1))
    waiting: dict[str, Any] = {"state": "waiting", "amount_fen": 10_000_001}
    large = given_contribution(session, community, happened_on=date(2026, 11, 30), **waiting)
    given_contribution(session, community, happened_on=date(2026, 12, 1), **waiting)
    given_contribution(session, given_community(session), happened_on=date(2026, 11, 1), **waiting)
    session.commit()
    clock.move_to(NOON)
    close = "/api/v1/benefit/months/2026-11/close"

    refused = client.post(close, headers=manager)
    client.post(f"{URL}/{large.id}/approval", headers={**manager, "If-Match": '"1"'})

    assert (refused.status_code, refused.json["missing"]) == (409, ["contributions_waiting"])
    closed = client.post(close, headers=manager)
    assert closed.status_code == 201, closed.json
    (cell,) = [one for one in closed.json["figures"]["matrix"] if one["giver"] == "community"]
    assert cell["amount_fen"] == 10_000_001
