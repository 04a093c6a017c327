"""Managers see whether the service is backed up, can be restored, and has room."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.upkeep import LATEST_DRILL, UpkeepSubject, UpkeepTrouble
from loyalty.services.actors import Role
from loyalty.services.community.upkeep import keep_report, list_upkeep
from tests.given import NOON, given_community
from tests.pages.visits import enter, text_of

UPKEEP = "/staff/policy/upkeep"
DISK = {"free_bytes": 12_340_000_000, "days_left": 9, "samples": []}
DRILL = {"tables": 90, "rows": 1000, "seconds": 4.2}


def report(session: Session, community: Community, subject: str, *, ok: bool, facts: Any) -> None:
    of = UpkeepSubject(subject)
    keep_report(session, community.id, of, ok=ok, facts=facts, now=NOON - timedelta(hours=1))
    session.commit()


def troubles_of(session: Session, community: Community) -> list[UpkeepTrouble | None]:
    return [one.trouble for one in list_upkeep(session, community.id, now=NOON)]


def test_what_was_found_is_told_in_words(
    client: FlaskClient, session: Session, community: Community
) -> None:
    report(session, community, "drill", ok=True, facts=DRILL)
    report(session, community, "disk", ok=True, facts=DISK)
    enter(client, session, community, Role.MANAGER)

    page = text_of(client.get(UPKEEP))

    assert "还没有做过备份。" in page
    assert "90张表都对上了，用了4.2秒。" in page
    assert "还空12.3 GB。照现在的用法还够9天。" in page
    assert "系统要人管一管" not in text_of(client.get("/staff"))


def test_a_drill_that_was_never_tried_is_a_trouble_but_for_a_demonstrations_fictional_past(
    session: Session, community: Community
) -> None:
    founded = NOON - LATEST_DRILL - timedelta(days=1)
    community.created_at = founded
    fictional = given_community(session, demonstration=True, created_at=founded)

    assert UpkeepTrouble.DRILL_LATE in troubles_of(session, community)
    assert UpkeepTrouble.DRILL_LATE not in troubles_of(session, fictional)
    assert UpkeepTrouble.DRILL_LATE not in troubles_of(session, given_community(session))


@pytest.mark.parametrize(
    ("subject", "facts", "told"),
    [
        ("drill", {"failure": "The restored database differs."}, "备份没能恢复出来。"),
        ("disk", {**DISK, "days_left": None}, "硬盘快满了。"),
    ],
)
def test_a_trouble_stands_on_the_first_page_of_managers_alone(
    client: FlaskClient,
    session: Session,
    community: Community,
    *,
    subject: str,
    facts: Any,
    told: str,
) -> None:
    report(session, given_community(session), "drill", ok=False, facts=facts)
    report(session, community, subject, ok=False, facts=facts)

    enter(client, session, community, Role.STAFF)
    assert "系统要人管一管" not in text_of(client.get("/staff"))
    assert client.get(UPKEEP).status_code == 403
    client.delete_cookie("session")
    enter(client, session, community, Role.MANAGER)

    assert told in text_of(client.get("/staff"))
    assert text_of(client.get(UPKEEP)).count("要管一管") == 2
    assert "differs" not in text_of(client.get(UPKEEP))
