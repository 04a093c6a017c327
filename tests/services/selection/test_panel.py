from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Panellist, Round
from loyalty.rules.selection import RoundAction, RoundObstacle
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import RoundStateError, UnknownRecordError, ValueRefusedError
from loyalty.services.selection.panel import NamePanel, name_panel
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_account,
    given_community,
    given_resident,
    given_round,
    given_staff,
)
from tests.given_rounds import given_panellist, given_round_after


def name(
    session: Session,
    actor: StaffMember,
    selection_round: Round,
    *account_ids: UUID,
    reason: str | None = None,
) -> list[UUID]:
    """Name a panel; return the accounts that sit on it then."""
    request = NamePanel(selection_round.id, account_ids, reason)
    return sitting(name_panel(Work(session, actor, NOON), request))


def sitting(panellists: Sequence[Panellist]) -> list[UUID]:
    return [one.account_id for one in panellists if one.left_at is None]


@pytest.mark.parametrize("last", [None, RoundAction.OPEN, RoundAction.SCREEN])
def test_a_panel_is_named_and_changed_until_the_review(
    session: Session, last: RoundAction | None
) -> None:
    community = given_community(session)
    selection_round = (
        given_round_after(session, community, last) if last else given_round(session, community)
    )
    actor = given_staff(session, community)
    first, second, third = (given_account(session, community, Role.PANEL).id for _ in range(3))

    assert name(session, actor, selection_round, first, second) == [first, second]
    assert name(session, actor, selection_round, second, third) == [second, third]
    assert name(session, actor, selection_round) == []


def test_once_the_review_has_begun_a_panellist_is_replaced_for_a_reason_alone(
    session: Session,
) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.START_REVIEW)
    actor = given_staff(session, community)
    ill = given_panellist(session, selection_round).account_id
    other = given_account(session, community, Role.PANEL).id

    with pytest.raises(RoundStateError) as refused:
        name(session, actor, selection_round, other)
    named = name(session, actor, selection_round, other, reason="住院")

    assert refused.value.missing == (RoundObstacle.PANEL_FIXED,)
    assert named == [other]
    gone = session.scalars(select(Panellist).where(Panellist.account_id == ill)).one()
    assert (gone.left_at, gone.left_reason) == (NOON, "住院")
    trace = session.scalars(select(AuditEvent).where(AuditEvent.action == "panel.named")).one()
    assert trace.detail == {"joined": [str(other)], "left": [str(ill)]}


@pytest.mark.parametrize("last", [RoundAction.FREEZE, RoundAction.PUBLISH, RoundAction.ISSUE])
def test_the_panel_of_a_frozen_list_stays(session: Session, last: RoundAction) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, last)

    with pytest.raises(RoundStateError):
        name(session, given_staff(session, community), selection_round, reason="太迟")


def test_only_open_accounts_of_panellists_sit_on_a_panel(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    actor = given_staff(session, community)
    good = given_account(session, community, Role.PANEL)
    bad = (
        given_account(session, community, Role.STAFF),
        given_account(session, community, Role.PANEL, active=False),
        given_account(session, given_community(session), Role.PANEL),
        good,
    )

    for account in bad:
        with pytest.raises(ValueRefusedError) as refused:
            name(session, actor, selection_round, good.id, account.id)
        assert refused.value.pointer == "/account_ids/1"


def test_another_communitys_round_has_no_panel_to_name(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    outsider = given_staff(session, given_community(session), Role.MANAGER)

    with pytest.raises(UnknownRecordError):
        name(session, outsider, selection_round)


def test_one_resident_has_one_seat(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    actor = given_staff(session, community)
    me = given_resident(session, community)
    first, second = (
        given_account(session, community, Role.PANEL, resident_id=me.id).id for _ in range(2)
    )

    with pytest.raises(ValueRefusedError) as refused:
        name(session, actor, selection_round, first, second)

    assert refused.value.pointer == "/account_ids/1"
    assert name(session, actor, selection_round, second) == [second]
