"""`loyalty audit verify`: what the operator is told, knowing no more than what was published."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.commands import linking
from loyalty.commands.linking import link_every_record
from loyalty.models import Community
from tests.commands.running import Operator
from tests.given import given_community
from tests.given_chains import given_link, given_record, tamper


@pytest.fixture
def published(client: FlaskClient, session: Session, community: Community, tmp_path: Path) -> Path:
    """Two links over some sales, and a copy of what is published of them."""
    for _ in range(2):
        given_record(session, community)
        given_link(session, community)
    session.commit()
    answer = client.get(f"/api/v1/public/{community.slug}/audit-head")
    assert answer.status_code == 200, answer.text
    path = tmp_path / "audit-head.json"
    path.write_bytes(answer.get_data())
    return path


def test_a_record_that_nobody_has_touched_is_right(
    operator: Operator, community: Community, published: Path
) -> None:
    head = json.loads(published.read_text("utf-8"))["head"]["head"]

    told = operator.types("audit", "verify", community.slug, "--published", str(published))

    assert (told.exit_code, told.output) == (0, f"2 links are right. Head 2:{head}\n")
    again = operator.types("audit", "verify", community.slug, "--head", f"2:{head}")
    assert again.output == told.output


def test_a_record_that_was_cut_off_is_named(
    operator: Operator, session: Session, community: Community, published: Path
) -> None:
    own = "WHERE community_id = :community"
    since = "id >= (SELECT until_id FROM audit_link WHERE number = 1)"
    for statement in (
        f"DELETE FROM redemption {own} AND {since}",  # noqa: S608  # ours
        f"DELETE FROM audit_event {own} AND {since}",  # noqa: S608  # ours
        f"DELETE FROM audit_link {own} AND number = 2",  # noqa: S608  # ours
    ):
        tamper(session, statement, community=community.id)
    session.commit()

    told = operator.types("audit", "verify", community.slug, "--published", str(published))

    assert told.exit_code == 1
    assert told.output == ("head_missing: Head 2 was published, and the chain ends before it.\n")
    assert operator.types("audit", "verify", community.slug).exit_code == 0, "the control"


def test_a_head_in_a_closed_month_is_known_without_being_given(
    operator: Operator, session: Session, community: Community, published: Path
) -> None:
    assert published.exists()
    month = json.dumps({"audit_head": {"number": 2, "head": "0" * 64}})
    tamper(
        session,
        "INSERT INTO closed_month (community_id, month, text, head, figures, closed_at, closed_by)"
        " VALUES (:community, '2026-11-01', :text, repeat('0', 64), '{}', now(),"
        " gen_random_uuid())",
        community=community.id,
        text=month,
    )
    session.commit()

    told = operator.types("audit", "verify", community.slug)

    assert told.exit_code == 1
    assert told.output.startswith("head_differs: Head 2 is not the one that was published")


@pytest.mark.parametrize("written", ["no", "0:" + "0" * 64, "2:" + "0" * 63])
def test_what_is_no_head_is_refused(operator: Operator, written: str) -> None:
    told = operator.types("audit", "verify", "market", "--head", written)

    assert told.exit_code == 2
    assert "write the number, a colon and 64 hexadecimal digits" in told.output


def test_what_is_no_copy_is_refused(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text('{"head": 1}', encoding="utf-8")

    told = operator.types("audit", "verify", "market", "--published", str(file))

    assert told.exit_code == 1
    assert "is no copy of a published head" in told.output


def test_before_anything_is_chained_nothing_is_published(
    client: FlaskClient, operator: Operator, session: Session, community: Community
) -> None:
    session.commit()

    assert client.get(f"/api/v1/public/{community.slug}/audit-head").status_code == 404
    told = operator.types("audit", "verify", community.slug)
    assert (told.exit_code, told.output) == (0, "Nothing has been chained yet.\n")


def test_the_worker_chains_what_every_community_recorded_more_than_ten_minutes_ago(
    client: FlaskClient,
    session: Session,
    community: Community,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served = [community, given_community(session)]
    for one in served:
        given_record(session, one)
    session.commit()
    settings = client.application.extensions["loyalty.settings"]
    paths = [f"/api/v1/public/{one.slug}/audit-head" for one in served]

    link_every_record(settings)
    early = [client.get(path).status_code for path in paths]
    monkeypatch.setattr(linking, "WAITS", timedelta(seconds=-1))
    link_every_record(settings)

    assert early == [404, 404]
    assert [client.get(path).json["head"]["number"] for path in paths] == [1, 1]
