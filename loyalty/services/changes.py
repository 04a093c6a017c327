"""New values of some members of a record, while the others stay as they were."""

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, Final, TypeVar

from loyalty.database import Model

Value = TypeVar("Value")


class AsItWas(Enum):
    """The type of `AS_IT_WAS`."""

    AS_IT_WAS = "as it was"


AS_IT_WAS: Final = AsItWas.AS_IT_WAS
"""Stands in a request for a member that is not changed; None clears one."""


def value_or(value: Value | AsItWas, other: Value) -> Value:
    """Return the value that a request gives to a member, or another where it gives none."""
    return other if value is AS_IT_WAS else value


def collect_new_values(request: Any) -> Mapping[str, Any]:
    """Return what a request changes, by member."""
    members = [one.name for one in fields(request) if one.default is AS_IT_WAS]
    values = {name: getattr(request, name) for name in members}
    return {name: value for name, value in values.items() if value is not AS_IT_WAS}


def change_members(record: Model, request: Any) -> None:
    """Give a record the new values of a request; its members are called as the columns are."""
    for name, value in collect_new_values(request).items():
        setattr(record, name, value)
