import json
from datetime import date, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from loyalty.models import Community, NoticeVersion, Round, WorkingDayOverride
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.services.errors import NoticeReopenedError, RoundStateError
from loyalty.services.notice.publishing import latest_version
from loyalty.services.selection.at_work import versions_of
from tests.given import NOON, given_community
from tests.given_notices import given_notice, placed
from tests.given_rounds import AFTER_NOTICE, LAST_DAY, act, given_round_after

AFTER_SUPPLEMENT = AFTER_NOTICE + timedelta(days=6)
"""Wednesday: Friday, Monday and Tuesday were the three working days."""


def references(version: NoticeVersion) -> list[str]:
    (one,) = json.loads(version.content)["lists"]
    return [line["reference"] for line in one["lines"]]


def confirmed_too_early(session: Session, selection_round: Round) -> NoticeVersion:
    """Try to confirm when somebody moves up; return the version this published."""
    with pytest.raises(NoticeReopenedError) as refused:
        act(session, selection_round, RoundAction.CONFIRM)
    assert refused.value.missing == ("notice_running",)
    return latest_version(session, selection_round)


def test_a_published_version_is_kept_with_its_hash_and_time(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)

    (version,) = versions_of(session, selection_round)

    assert (version.number, version.kind, version.published_at) == (1, "first", NOON)
    assert (version.first_day, version.last_day) == (NOON.date(), LAST_DAY.date())
    assert version.sha256 == sha256(version.content.encode()).hexdigest()
    assert references(version) == [
        placed(session, selection_round, place).reference for place in (1, 2, 3)
    ]


def test_a_version_holds_references_and_no_names(session: Session, community: Community) -> None:
    selection_round = given_notice(session, community)
    resident = placed(session, selection_round, 1).resident
    resident.consent_publicity = True

    content = latest_version(session, selection_round).content

    for secret in ("张", "明", resident.unit, str(resident.id), resident.household_ref):
        assert secret not in content


def test_a_version_is_never_changed(session: Session, community: Community) -> None:
    version = latest_version(session, given_notice(session, community))
    version.content = "{}"

    with pytest.raises(ProgrammingError, match="written once"):
        session.flush()


def test_whoever_moves_up_at_the_confirmation_is_published_first(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    leaving, moving = placed(session, selection_round, 2), placed(session, selection_round, 4)
    leaving.resident.state = "inactive"

    version = confirmed_too_early(session, selection_round)

    assert (version.number, version.kind) == (2, "supplementary")
    assert (version.first_day, version.last_day) == (date(2026, 12, 17), date(2026, 12, 22))
    assert selection_round.notice_last == version.last_day
    assert selection_round.state == RoundState.NOTICE
    assert leaving.reference not in references(version)
    assert references(version)[-1] == moving.reference
    assert json.loads(version.content)["lists"][0]["lines"][-1]["basis"] == "moved_up"


def test_the_confirmation_waits_for_the_last_day_of_the_supplement(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    placed(session, selection_round, 2).resident.state = "inactive"
    confirmed_too_early(session, selection_round)

    with pytest.raises(RoundStateError) as refused:
        act(session, selection_round, RoundAction.CONFIRM, now=AFTER_SUPPLEMENT - timedelta(days=1))
    act(session, selection_round, RoundAction.CONFIRM, now=AFTER_SUPPLEMENT)

    assert refused.value.missing == ("notice_running",)
    assert selection_round.state == RoundState.CONFIRMED
    assert len(versions_of(session, selection_round)) == 2


def test_the_community_says_how_long_a_supplement_runs(
    session: Session, community: Community
) -> None:
    community.supplementary_notice_working_days = 1
    selection_round = given_notice(session, community)
    placed(session, selection_round, 1).resident.state = "inactive"

    assert confirmed_too_early(session, selection_round).last_day == date(2026, 12, 18)


def test_where_nobody_can_move_up_the_list_is_corrected_and_confirmed(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community, candidates=3)
    placed(session, selection_round, 2).resident.consent_membership = False

    act(session, selection_round, RoundAction.CONFIRM)

    version = latest_version(session, selection_round)
    assert (version.kind, len(references(version))) == ("correction", 2)
    assert selection_round.notice_last == LAST_DAY.date()
    assert selection_round.state == RoundState.CONFIRMED


def test_a_round_in_which_nothing_changes_has_one_version(
    session: Session, community: Community
) -> None:
    selection_round = given_round_after(session, community, RoundAction.CLOSE, candidates=5)

    assert len(versions_of(session, selection_round)) == 1


@pytest.mark.parametrize(
    ("last", "kinds"),
    [(RoundAction.DRAW, []), (RoundAction.PUBLISH, ["first", "taken_down"])],
)
def test_calling_a_round_off_takes_its_notice_down(
    session: Session, community: Community, last: RoundAction, kinds: list[str]
) -> None:
    selection_round = given_round_after(session, community, last)

    act(session, selection_round, RoundAction.CANCEL)

    assert [one.kind for one in versions_of(session, selection_round)] == kinds
    assert (
        kinds == [] or json.loads(latest_version(session, selection_round).content)["lists"] == []
    )


def test_the_communitys_own_holidays_lengthen_its_notice_alone(
    session: Session, community: Community
) -> None:
    neighbour = given_community(session)
    session.add(WorkingDayOverride(community_id=community.id, day=date(2026, 12, 10), works=False))

    assert given_notice(session, community).notice_last == date(2026, 12, 17)
    assert given_notice(session, neighbour).notice_last == date(2026, 12, 16)


def test_each_version_leaves_a_trace(session: Session, community: Community) -> None:
    selection_round = given_notice(session, community)
    placed(session, selection_round, 1).resident.state = "inactive"
    confirmed_too_early(session, selection_round)

    numbers = session.scalars(
        select(NoticeVersion.number).where(NoticeVersion.round_id == selection_round.id)
    )

    assert sorted(numbers) == [1, 2]
