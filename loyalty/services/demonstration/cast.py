"""Who takes part in the demonstration: its community, its accounts and its residents."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Resident
from loyalty.services.actors import Role, StaffMember
from loyalty.services.community.founding import FoundCommunity, found_community
from loyalty.services.community.working_days import (
    ChangedDay,
    SetWorkingDays,
    set_working_days,
    years_without_table,
)
from loyalty.services.demonstration.fiction import people_names
from loyalty.services.demonstration.honours import name_honours
from loyalty.services.demonstration.story import Story
from loyalty.services.people.areas import (
    CreateArea,
    CreateHouseholdGroup,
    create_area,
    create_household_group,
)
from loyalty.services.people.consents import ConsentSource, Said, add_with_consents
from loyalty.services.people.residents import CreateResident, make_resident
from loyalty.services.staff.accounts import CreateAccount, open_account
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work

SLUG = "tianyuan"
AREAS = 20
RESIDENTS = 1_000
LARGEST_HOUSEHOLD = 4
HOUSEHOLDS_OF_A_GROUP = 10

ACCOUNTS = (
    ("demo-manager", "演示主任", frozenset({Role.MANAGER})),
    ("demo-clerk", "演示办事员", frozenset({Role.STAFF})),
    ("demo-panel", "演示评委", frozenset({Role.PANEL})),
    ("demo-council", "演示商会", frozenset({Role.COUNCIL})),
    ("demo-shop", "演示店主", frozenset({Role.SHOP_OWNER})),
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the demonstration, told once."""

    username: str
    password: str = field(repr=False)
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts, and in which story."""

    story: Story
    community_id: UUID
    manager: StaffMember
    clerk: StaffMember
    panellist: StaffMember
    council: StaffMember
    owner: StaffMember
    """Of one shop."""
    accounts: Sequence[Account]


def create_cast(session: Session, story: Story) -> Cast:
    """Found the community, name its honours, and open its accounts with new passwords."""
    now = story.at(story.founded_on, 9)
    community = found_community(
        session,
        FoundCommunity(
            slug=SLUG, name="田园市场", timezone=str(story.now.tzinfo), demonstration=True
        ),
        now=now,
    )
    members: dict[str, StaffMember] = {}
    accounts: list[Account] = []
    for username, display_name, roles in ACCOUNTS:
        password = secrets.token_urlsafe(12)
        opened = open_account(
            session,
            community,
            CreateAccount(
                username=username,
                display_name=display_name,
                roles=roles,
            ),
            password=password,
            now=now,
        )
        members[username] = to_staff_member(opened, timezone=community.timezone)
        accounts.append(Account(username, password, tuple(sorted(roles))))
    name_honours(Work(session, members["demo-manager"], now))
    _enter_holidays(session, members["demo-manager"], story, now=now)
    return Cast(
        story=story,
        community_id=community.id,
        manager=members["demo-manager"],
        clerk=members["demo-clerk"],
        panellist=members["demo-panel"],
        council=members["demo-council"],
        owner=members["demo-shop"],
        accounts=accounts,
    )


def _enter_holidays(session: Session, manager: StaffMember, story: Story, *, now: datetime) -> None:
    """Enter New Year's Day where the calendar of a year is not published, so that notices run."""
    past = (story.founded_on.year, story.opened_on.year, story.now.year)
    for year in {*past, story.this_month.plus(1).year}:
        if years_without_table(session, manager.community_id, year, year):
            new_year = ChangedDay(date(year, 1, 1), works=False, note="演示：元旦")
            set_working_days(Work(session, manager, now), SetWorkingDays(year, [new_year]))


def take_in_residents(session: Session, cast: Cast) -> None:
    """Take in the residents, household by household, area by area."""
    story = cast.story
    now = story.at(story.opened_on + timedelta(days=1), 10)
    areas = [
        create_area(Work(session, cast.clerk, now), CreateArea(f"第{number}责任区"))
        for number in range(1, AREAS + 1)
    ]
    groups: dict[UUID, UUID] = {}
    names = people_names(story.random, RESIDENTS)
    work = Work(session, cast.clerk, now)
    residents: list[Resident] = []
    household = 0
    while names:
        area = areas[household % AREAS]
        if household // AREAS % HOUSEHOLDS_OF_A_GROUP == 0:
            group = CreateHouseholdGroup(f"{area.name}第{household + 1}联户", area_id=area.id)
            groups[area.id] = create_household_group(Work(session, cast.clerk, now), group).id
        household += 1
        size = story.random.randint(1, LARGEST_HOUSEHOLD)
        living_together, names = names[:size], names[size:]
        for place, name in enumerate(living_together):
            request = replace(
                _make_resident_request(story.random, name, household, adult=place == 0),
                area_id=area.id,
                household_group_id=groups[area.id],
            )
            residents.append(make_resident(work, request))
    add_with_consents(session, residents, Said(ConsentSource.STAFF, now, cast.clerk.account_id))
    for resident in residents:
        work.note_among_many("resident.created", resident.id)
    session.flush()


def _make_resident_request(
    random: Random, name: str, household: int, *, adult: bool
) -> CreateResident:
    """Return a resident, who may be adult or not unless it is known."""
    building, flat = divmod(household, 40)
    return CreateResident(
        name=name,
        unit=f"{building + 1}栋{flat // 8 + 1}单元{flat % 8 + 1:02d}号",
        adult=adult or random.randrange(5) > 0,
        household_ref=f"H{household:04d}",
        consent_membership=random.randrange(100) < 92,
        consent_publicity=random.randrange(100) < 40,
        consent_contact=random.randrange(2) == 0,
    )
