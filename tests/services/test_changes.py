from dataclasses import fields
from typing import Any
from uuid import UUID

import pytest

from loyalty.database import Model
from loyalty.models import Community, DeedKind, Matter, Resident, Shop
from loyalty.models.sealed import list_sealed
from loyalty.services.changes import (
    AS_IT_WAS,
    AsItWas,
    change_members,
    collect_new_values,
    members_of,
    value_or,
)
from loyalty.services.community.policy import ChangePolicy
from loyalty.services.deeds.deeds import ChangeDeedKind, CreateDeedKind
from loyalty.services.matters.matters import ChangeMatter
from loyalty.services.people.residents import ChangeResident
from loyalty.services.shops.shops import ChangeShop
from tests.given import NOBODY

CHANGES: list[tuple[Any, type[Model]]] = [
    (ChangeDeedKind, DeedKind),
    (ChangeMatter, Matter),
    (ChangePolicy, Community),
    (ChangeResident, Resident),
    (ChangeShop, Shop),
]


@pytest.mark.parametrize(("request_type", "record"), CHANGES)
def test_what_may_be_changed_is_called_as_the_columns_are(
    request_type: Any, record: type[Model]
) -> None:
    changeable = {one.name for one in fields(request_type) if one.default is AS_IT_WAS}

    assert changeable
    sealed = {name for model, name, _ in list_sealed() if model is record}
    assert changeable <= {*record.__mapper__.attrs.keys(), *sealed}


def test_none_clears_a_member_and_the_others_stay_as_they_were() -> None:
    resident = Resident(
        community_id=UUID(NOBODY), name="王芳", unit="3栋", phone="+8613800138000", version=1
    )
    request = ChangeResident(NOBODY, 1, phone=None, unit="4栋")  # type: ignore[arg-type]

    members = change_members(resident, request)

    assert members == ["phone", "unit"]
    assert (resident.name, resident.unit, resident.phone) == ("王芳", "4栋", None)
    assert collect_new_values(request) == {"phone": None, "unit": "4栋"}


@pytest.mark.parametrize(("given", "taken"), [(AS_IT_WAS, 2), (None, None), (3, 3)])
def test_a_member_has_its_new_value_or_what_stands_for_none(
    given: AsItWas | int | None, taken: int | None
) -> None:
    assert value_or(given, 2) == taken


def test_what_a_record_is_given_otherwise_is_named_among_what_changed_and_left_alone() -> None:
    resident = Resident(community_id=UUID(NOBODY), name="王芳", unit="3栋", version=1)
    request = ChangeResident(NOBODY, 1, name="王兰", unit="4栋")  # type: ignore[arg-type]

    members = change_members(resident, request, but=("name",))

    assert members == ["name", "unit"]
    assert (resident.name, resident.unit) == ("王芳", "4栋")


def test_a_new_record_is_given_all_that_its_request_says_but_what_is_made_of_it() -> None:
    request = CreateDeedKind("cleaning", "打扫", 150)

    members = members_of(request, but=("code",))

    assert members == {"name": "打扫", "points_hundredths": 150, "monthly_cap_hundredths": None}
