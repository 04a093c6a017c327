"""A small town with one round: who lives there, and who may do something to the round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Area, Community
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role, StaffMember
from loyalty.services.community import founding
from loyalty.services.selection.planning import PlannedList, PlanRound, plan_round
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.given import given_account, given_card, given_community, given_resident, given_staff

HONOURS = tuple(honour.code for honour in founding.HONOURS)
PANELLISTS = ("panellist", "other panellist")
INSIDERS = ("creator", "approver", "clerk", *PANELLISTS)
OUTSIDER = "outsider"
"""A manager, of another community."""
PEOPLE = 8
HOMES = 7


@dataclass(frozen=True, slots=True)
class Plan:
    """What the creator of the round wants."""

    quotas: Sequence[int]
    """By the places of `HONOURS`."""
    least_of_east: int
    """How many of the eastern area each list is to have at least, as far as its quota allows."""
    homes: Sequence[int]
    """In which home each of the people lives; odd homes lie in the east."""
    undisputed_cards_wait: bool = True
    """What the community's policy says in the beginning."""


@dataclass(frozen=True, slots=True)
class Town:
    """Where the round takes place."""

    round_id: UUID
    actors: Mapping[str, StaffMember]
    people: Sequence[UUID]


def given_town(session: Session, plan: Plan, *, now: datetime) -> Town:
    """A community whose creator has planned December's round; one of its people has won before."""
    community = given_community(session, undisputed_cards_wait=plan.undisputed_cards_wait)
    east, west = (Area(community_id=community.id, name=name) for name in ("东区", "西区"))
    session.add_all([east, west])
    session.flush()
    people = [
        given_resident(
            session,
            community,
            household_ref=f"家 {home}",
            area_id=(east if home % 2 else west).id,
        ).id
        for home in plan.homes
    ]
    given_card(session, community, resident_id=people[0], valid_from=Month(2026, 6).first)
    actors = _actors(session, community, people)
    planned = plan_round(Work(session, actors["creator"], now), _request(plan, east.id))
    return Town(planned.id, actors, people)


def _actors(
    session: Session, community: Community, people: Sequence[UUID]
) -> Mapping[str, StaffMember]:
    panel = {
        name: to_staff_member(
            given_account(session, community, Role.PANEL, resident_id=resident_id),
            timezone=community.timezone,
        )
        for name, resident_id in zip(PANELLISTS, people, strict=False)
    }
    return {
        "creator": given_staff(session, community, Role.MANAGER),
        "approver": given_staff(session, community, Role.MANAGER),
        "clerk": given_staff(session, community, Role.STAFF),
        **panel,
        OUTSIDER: given_staff(session, given_community(session), Role.MANAGER),
    }


def _request(plan: Plan, east: UUID) -> PlanRound:
    return PlanRound(
        month=Month(2026, 12),
        lists=[
            PlannedList(
                honour=honour,
                quota=quota,
                pay_permille=pay_permille,
                months_valid=1,
                cooling_off_months=1,
                min_score_hundredths=0,
                area_minimums={east: min(plan.least_of_east, quota)},
            )
            for honour, quota, pay_permille in zip(HONOURS, plan.quotas, (850, 800), strict=True)
        ],
        notice_working_days=None,
    )
