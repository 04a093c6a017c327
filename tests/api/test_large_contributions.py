"""A large amount counts once a second person has approved what they have read."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import given_account, given_resident, given_token, signed_in
from tests.given_contributions import (
    PROMOTION,
    URL,
    Headers,
    faults,
    given_contribution,
    matrix,
    record,
)

LARGE = {**PROMOTION, "amount_fen": 17_500_000}


def test_a_hundred_thousand_yuan_are_entered_alone_and_a_fen_more_by_two(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    assert record(client, staff, amount_fen=10_000_000).json["state"] == "counted"
    large = record(client, staff, amount_fen=10_000_001, evidence="另一页").json
    url = f"{URL}/{large['id']}/approval"
    assert (large["state"], large["approved_by"]) == ("waiting", None)
    assert matrix(client, staff) == [("community", "shops", "attested", 10_000_000)]

    as_read = {"If-Match": '"1"'}
    alone = client.post(url, headers=staff | as_read)
    second = client.post(url, headers=signed_in(session, community, Role.STAFF) | as_read)
    third = signed_in(session, community, Role.STAFF) | {"If-Match": '"2"'}
    again = client.post(url, headers=third)

    assert (alone.status_code, second.status_code, again.status_code) == (403, 200, 409)
    assert second.json["state"] == "counted"
    assert matrix(client, staff) == [("community", "shops", "attested", 20_000_001)]


def test_a_second_account_of_the_same_person_is_no_second_person(
    client: FlaskClient, session: Session, community: Community
) -> None:
    person, other = (given_resident(session, community).id for _ in range(2))
    mine, second, neighbour = (
        bearer(session, community, resident_id=one) for one in (person, person, other)
    )
    large = client.post(URL, headers=mine, json=LARGE).json
    url, as_read = f"{URL}/{large['id']}/approval", {"If-Match": '"1"'}

    assert client.post(url, headers=second | as_read).status_code == 403
    assert client.post(url, headers=neighbour | as_read).status_code == 200


def bearer(session: Session, community: Community, **values: Any) -> Headers:
    """Return the headers of a program signed in as a clerk; commits what was built."""
    account = given_account(session, community, Role.STAFF, **values)
    return {"Authorization": f"Bearer {given_token(session, community, account)}"}


def test_parts_of_one_contract_are_large_together(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    part: dict[str, Any] = {"evidence": "合同2026-17号", "evidence_again": True}
    first = record(client, staff, **part, amount_fen=4_000_000).json
    second = record(client, staff, **part, amount_fen=6_000_000).json
    third = record(client, staff, **part, amount_fen=1).json
    other = record(client, staff, evidence="合同2026-18号", amount_fen=1).json

    uncounted = record(client, staff, **part, amount_fen=0).json

    states = [one["state"] for one in (first, second, third, other, uncounted)]
    assert states == ["counted", "counted", "waiting", "counted", "counted"]
    approval = f"{URL}/{third['id']}/approval"
    somebody = {**signed_in(session, community, Role.STAFF), "If-Match": '"1"'}
    assert client.post(approval, headers=somebody).json["state"] == "counted"


def test_what_was_withdrawn_makes_no_other_part_large(client: FlaskClient, staff: Headers) -> None:
    first = record(client, staff, amount_fen=10_000_000).json
    gone = client.post(f"{URL}/{first['id']}/withdrawal", headers=staff, json={"reason": "记错"})

    again = record(client, staff, amount_fen=10_000_000, evidence_again=True)

    assert (gone.status_code, again.json["state"]) == (200, "counted")


def test_estimates_without_evidence_are_large_each_by_itself(
    client: FlaskClient, staff: Headers
) -> None:
    guess = {"label": "estimated", "evidence": None, "amount_fen": 10_000_000}

    states = [record(client, staff, **guess).json["state"] for _ in range(2)]

    assert states == ["counted", "counted"]


def test_a_part_that_is_changed_is_judged_with_the_others_and_not_twice(
    client: FlaskClient, staff: Headers
) -> None:
    record(client, staff, amount_fen=4_000_000)
    entry = record(client, staff, amount_fen=1, evidence_again=True).json
    url, again = f"{URL}/{entry['id']}", {"evidence_again": True}

    def change(version: int, amount: int) -> str:
        tag = {**staff, "If-Match": f'"{version}"'}
        answer = client.patch(url, headers=tag, json={"amount_fen": amount, **again})
        return str(answer.json["state"])

    assert [change(1, 6_000_000), change(2, 6_000_001)] == ["counted", "waiting"]


def test_the_database_counts_no_large_amount_without_its_second_person(
    session: Session, community: Community
) -> None:
    second = given_account(session, community)
    for values in (
        {"amount_fen": 10_000_000},
        {"amount_fen": 10_000_001, "state": "waiting"},
        {"amount_fen": 10_000_001, "approved_by": second.id},
    ):
        given_contribution(session, community, **values)

    with pytest.raises(IntegrityError, match="large_is_approved"):
        given_contribution(session, community, amount_fen=10_000_001)

    session.rollback()


def test_a_large_amount_that_is_changed_waits_anew(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    large = client.post(URL, headers=staff, json=LARGE).json
    second = signed_in(session, community, Role.STAFF)
    client.post(f"{URL}/{large['id']}/approval", headers={**second, "If-Match": '"1"'})

    changed = client.patch(
        f"{URL}/{large['id']}",
        headers={**second, "If-Match": '"2"'},
        json={"amount_fen": 18_000_000},
    )

    assert changed.status_code == 200, changed.json
    assert (changed.json["state"], changed.json["approved_by"]) == ("waiting", None)
    url, as_read = f"{URL}/{large['id']}/approval", {"If-Match": '"3"'}
    assert client.post(url, headers=second | as_read).status_code == 403
    assert client.post(url, headers=staff | as_read).status_code == 200


def test_nobody_approves_what_was_changed_since_it_was_read(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    large = client.post(URL, headers=staff, json=LARGE).json
    url, second = f"{URL}/{large['id']}", signed_in(session, community, Role.STAFF)
    client.patch(url, headers={**staff, "If-Match": '"1"'}, json={"amount_fen": 90_000_000})

    def approve(**tag: str) -> int:
        return client.post(f"{url}/approval", headers=second | tag).status_code

    assert approve() == 428
    assert [approve(**{"If-Match": tag}) for tag in ('"1"', 'W/"1"')] == [412, 412]
    assert approve(**{"If-Match": 'W/"2"'}) == 200


@pytest.mark.parametrize("tag", ["", "*", "3", '"x"', '"1", "2"', 'w/"1"'])
def test_a_version_that_says_nothing_is_refused_and_not_overlooked(
    client: FlaskClient, staff: Headers, tag: str
) -> None:
    url, headers = f"{URL}/{record(client, staff).json['id']}", {**staff, "If-Match": tag}

    withdrawn = client.post(f"{url}/withdrawal", headers=headers, json={"reason": "记重了"})
    changed = client.patch(url, headers=headers, json={"amount_fen": 1})

    assert (faults(withdrawn), faults(changed)) == (["/headers/If-Match"], ["/headers/If-Match"])
    assert client.get(url, headers=staff).json["version"] == 1
