import pytest
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, HouseholdGroup, Round
from loyalty.rules.fairness import Spread
from loyalty.rules.panel import Conflict
from loyalty.rules.selection import RoundAction, RoundObstacle
from loyalty.services.actors import Role
from loyalty.services.errors import RoundStateError, UnknownRecordError
from loyalty.services.selection.ballots import CastBallots, Mark, cast_ballots
from loyalty.services.selection.candidates import decline
from loyalty.services.selection.conflicts import DeclareConflict, declare_conflict
from loyalty.services.selection.fairness import AreaShare, Fairness, fairness_of
from loyalty.services.selection.nominations import Nominate, nominate
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_resident,
    given_round,
    given_staff,
)
from tests.given_rounds import (
    act,
    brought_through,
    candidates_on,
    given_candidate,
    given_panellist,
    given_round_after,
    list_of,
)


def fairness(session: Session, selection_round: Round) -> Fairness:
    community = session.get_one(Community, selection_round.community_id)
    return fairness_of(Work(session, given_staff(session, community), NOON), selection_round.id)


@pytest.mark.parametrize("last", [RoundAction.OPEN, RoundAction.START_REVIEW, RoundAction.FREEZE])
def test_there_is_nothing_to_look_at_before_the_draw(
    session: Session, community: Community, last: RoundAction
) -> None:
    selection_round = given_round_after(session, community, last)

    with pytest.raises(RoundStateError) as refused:
        fairness(session, selection_round)

    assert refused.value.missing == (RoundObstacle.NOT_DRAWN,)


def test_areas_are_shown_with_their_minimums(session: Session, community: Community) -> None:
    east, west = (
        Area(community_id=community.id, name="东"),
        Area(community_id=community.id, name="西"),
    )
    session.add_all([east, west])
    session.flush()
    selection_round = given_round(session, community)
    round_list = list_of(session, selection_round)
    round_list.quota, round_list.area_minimums = 2, {str(west.id): 1}
    for _ in range(3):
        given_candidate(session, selection_round, area_id=east.id)
    given_candidate(session, selection_round, area_id=east.id, adult=False)
    given_candidate(session, selection_round, area_id=west.id)
    brought_through(session, selection_round, RoundAction.DRAW)

    (shown,) = fairness(session, selection_round).lists

    assert {share.area_id: share for share in shown.areas} == {
        east.id: AreaShare(east.id, nominated=4, eligible=3, selected=1, minimum=0),
        west.id: AreaShare(west.id, nominated=1, eligible=1, selected=1, minimum=1),
    }
    assert (shown.nominated, shown.eligible, shown.selected, shown.quota) == (5, 4, 2, 2)


def test_a_repeated_winner_is_told_from_a_first_one(session: Session, community: Community) -> None:
    earlier = given_resident(session, community)
    given_card(session, community, resident_id=earlier.id)
    selection_round = given_round(session, community)
    list_of(session, selection_round).cooling_off_months = 0
    given_candidate(session, selection_round, resident_id=earlier.id)
    given_candidate(session, selection_round)
    given_candidate(session, selection_round)
    brought_through(session, selection_round, RoundAction.DRAW)

    (shown,) = fairness(session, selection_round).lists

    assert (shown.first_time, shown.repeat) == (2, 1)


def test_scores_are_shown_spread_and_not_by_person(session: Session, community: Community) -> None:
    selection_round = given_round(session, community)
    list_of(session, selection_round).quota = 2
    for _ in range(4):
        given_candidate(session, selection_round)
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    panellist = given_panellist(session, selection_round)
    people = candidates_on(session, selection_round)
    marks = [Mark(one.id, score) for one, score in zip(people, (10, 20, 30, 40), strict=True)]
    cast_ballots(Work(session, panellist, NOON), CastBallots(selection_round.id, marks))
    act(session, selection_round, RoundAction.FREEZE)
    act(session, selection_round, RoundAction.DRAW)

    (shown,) = fairness(session, selection_round).lists

    assert shown.eligible_scores == Spread(1000, 1000, 2000, 3000, 4000)
    assert shown.selected_scores == Spread(3000, 3000, 3000, 4000, 4000)


def test_an_empty_list_has_no_spread(session: Session, community: Community) -> None:
    selection_round = given_round_after(session, community, RoundAction.DRAW, candidates=0)

    (shown,) = fairness(session, selection_round).lists

    assert (shown.eligible, shown.selected) == (0, 0)
    assert shown.eligible_scores is shown.selected_scores is None


def test_who_nominated_how_many_is_counted(session: Session, community: Community) -> None:
    selection_round = act(session, given_round(session, community), RoundAction.OPEN)
    group = HouseholdGroup(community_id=community.id, name="第一联户")
    session.add(group)
    session.flush()
    clerk, keen = given_staff(session, community), given_staff(session, community)
    for actor, source in (
        (keen, "staff"),
        (keen, "staff"),
        (clerk, "staff"),
        (clerk, "neighbour"),
        (clerk, "group"),
    ):
        resident = given_resident(session, community, household_group_id=group.id)
        request = Nominate(selection_round.id, "civilized_resident", resident.id, source)
        nominate(Work(session, actor, NOON), request)
    for action in (
        RoundAction.SCREEN,
        RoundAction.START_REVIEW,
        RoundAction.FREEZE,
        RoundAction.DRAW,
    ):
        act(session, selection_round, action)

    voices = fairness(session, selection_round).voices

    assert voices.by_source == {"staff": 3, "neighbour": 1, "group": 1}
    assert voices.by_account == {keen.account_id: 2, clerk.account_id: 1}
    assert voices.by_household_group == {group.id: 1}


def test_conflicts_refusals_and_missing_ballots_are_shown(
    session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    for _ in range(3):
        given_candidate(session, selection_round)
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    relative, spouse, modest = candidates_on(session, selection_round)
    home = given_resident(session, community, household_ref=spouse.resident.household_ref)
    panellist = given_panellist(session, selection_round, resident_id=home.id)
    declared = DeclareConflict(selection_round.id, relative.id, Conflict.RELATIVE)
    declare_conflict(Work(session, panellist, NOON), declared)
    clerk = given_staff(session, community)
    decline(Work(session, clerk, NOON), selection_round.id, modest.id)
    act(session, selection_round, RoundAction.FREEZE, reason="只有一位评委")
    act(session, selection_round, RoundAction.DRAW)

    shown = fairness(session, selection_round)

    assert (shown.conflicts_declared, shown.conflicts_detected) == (1, 1)
    assert shown.ballots_missing_reason == "只有一位评委"
    assert (shown.lists[0].declined, shown.lists[0].eligible) == (1, 2)


def test_another_communitys_round_is_unknown(session: Session, community: Community) -> None:
    selection_round = given_round_after(session, community, RoundAction.DRAW)
    outsider = given_staff(session, given_community(session), Role.MANAGER)

    with pytest.raises(UnknownRecordError):
        fairness_of(Work(session, outsider, NOON), selection_round.id)
