"""From a request to its record: all members of a new one, or those that change."""

from collections.abc import Collection, Mapping, Sequence
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


def change_members(record: Model, request: Any, *, but: Collection[str] = ()) -> Sequence[str]:
    """Give a record the new values of a request; its members are called as the columns are.

    Args:
        but: members that the caller gives the record itself, in the form in which they are kept.

    Returns:
        What the request changes, those too, in the order of the alphabet.
    """
    values = collect_new_values(request)
    for name in values.keys() - but:
        setattr(record, name, values[name])
    return sorted(values)


def members_of(request: Any, *, but: Collection[str] = ()) -> dict[str, Any]:
    """Return what a request for a new record says, whose members are called as the columns are.

    Args:
        but: members that the caller gives the record itself, or that are none of its columns.
    """
    return {one.name: getattr(request, one.name) for one in fields(request) if one.name not in but}
