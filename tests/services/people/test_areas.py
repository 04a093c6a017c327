"""Areas and household groups: of two that take one name at once, one has it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from loyalty.services.people.areas import (
    ChangeArea,
    ChangeHouseholdGroup,
    CreateArea,
    CreateHouseholdGroup,
    change_area,
    change_household_group,
    create_area,
    create_household_group,
)
from loyalty.services.work import Work
from tests.faults.overlap import in_transaction, overlapped
from tests.given import NOON, given_staff


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.STAFF), NOON)


@pytest.mark.parametrize("kind", ["area", "household group"])
def test_of_two_that_are_renamed_alike_at_once_one_is(
    app: Flask, session: Session, work: Work, kind: str
) -> None:
    """Neither sees the name of the other when it looks; the key of the table decides."""
    parts: list[Any] = [
        create_area(work, CreateArea(name))
        if kind == "area"
        else create_household_group(work, CreateHouseholdGroup(name))
        for name in ("东", "西")
    ]
    session.commit()

    def call(place: int) -> Any:
        def renamed(own: Session) -> str:
            mine = Work(own, work.actor, NOON)
            if kind == "area":
                return change_area(mine, ChangeArea(parts[place].id, 1, "中")).name
            wanted = ChangeHouseholdGroup(parts[place].id, 1, name="中")
            return change_household_group(mine, wanted).name

        return in_transaction(app, renamed)

    seen = overlapped(lambda: call(0), lambda: call(1))

    assert (seen.waited, seen.first, seen.second) == (True, "中", "AlreadyExistsError")
