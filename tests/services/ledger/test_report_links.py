"""A link to the report of a month: only for a month that has begun, and for a while."""

from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.errors import ValueRefusedError
from loyalty.services.ledger.report_links import (
    LONGEST_DAYS,
    CreateReportLink,
    create_report_link,
    revoke_report_link,
)
from loyalty.services.work import Work
from tests.given import NOON, given_staff

NOW = Month(2026, 12)


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


@pytest.mark.parametrize(("month", "days"), [(NOW, 1), (NOW, LONGEST_DAYS), (NOW.plus(-1), 30)])
def test_a_link_is_made_for_a_month_that_has_begun(work: Work, month: Month, days: int) -> None:
    link = create_report_link(work, CreateReportLink(month, days))

    assert (link.month, (link.expires_at - NOON).days) == (month.first, days)


@pytest.mark.parametrize(
    ("month", "days", "pointer"),
    [(NOW.plus(1), 30, "/month"), (NOW, 0, "/days"), (NOW, LONGEST_DAYS + 1, "/days")],
)
def test_no_link_is_made_for_what_is_to_come_or_for_too_long(
    work: Work, month: Month, days: int, pointer: str
) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        create_report_link(work, CreateReportLink(month, days))

    assert refusal.value.pointer == pointer


def test_a_link_is_revoked_once_however_often_it_is_pressed(work: Work) -> None:
    link = create_report_link(work, CreateReportLink(NOW, 30))
    work.session.flush()

    for _ in range(2):
        assert revoke_report_link(work, UUID(str(link.id))).revoked_at == NOON

    traces = select(func.count()).where(AuditEvent.action == "report_link.revoked")
    assert work.session.scalar(traces) == 1
