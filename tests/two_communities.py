"""Two communities with one of everything, and our staff who name what is theirs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from loyalty.database import Model
from loyalty.models import Community
from tests.given import given_community, signed_in
from tests.given_everything import Everything, given_everything
from tests.kept_database import KeptDatabase

ROWS = "SELECT '{0}' || t::text FROM \"{0}\" AS t"

OF_NO_COMMUNITY = {"directory_version", "request_count"}
"""Tables that say nothing of anybody."""

EXAMPLES = {
    "action": "suspend",
    "purpose": "join",
    "decision": "accept",
    "file": "months.json",
    "kind": "residents",
    "name": "residents",
    "year": "2026",
    "day": "2026-12-08",
    "side": "front",
    "part": "1",
}
"""What addresses name beside records."""


@dataclass(frozen=True, slots=True)
class Two:
    """Our community, where everything is, and theirs, where nothing is yet."""

    app: Flask
    session: Session
    community: Community
    ours: Everything
    elsewhere: Community

    def theirs(self) -> Everything:
        """Put one of everything into their community, under the same names as in ours."""
        return given_everything(self.session, self.elsewhere)

    def rows(self) -> frozenset[str]:
        """Return every row of every community, as text."""
        self.session.rollback()
        tables = sorted(set(Model.metadata.tables) - OF_NO_COMMUNITY)
        query = " UNION ALL ".join(ROWS.format(name) for name in tables)
        return frozenset(self.session.scalars(text(query)))


def given_two(app: Flask, session: Session) -> Two:
    """Two communities; everything is in ours."""
    ours, theirs = given_community(session), given_community(session)
    return Two(app, session, ours, given_everything(session, ours), theirs)


def given_theirs(session: Session) -> Everything:
    """One of everything, in a community beside ours."""
    theirs = given_everything(session, given_community(session))
    session.commit()
    return theirs


def copied_two(
    app: Flask, session: Session, database: KeptDatabase, *, with_theirs: bool = False
) -> Two:
    """Two communities as copies of those that a test before has made.

    Args:
        with_theirs: one of everything is in theirs, too, and somebody is signed in to each.
    """

    def make() -> tuple[Everything, UUID]:
        two = given_two(app, session)
        if with_theirs:
            two.theirs()
            for community in (two.community, two.elsewhere):
                signed_in(session, community)
        session.commit()
        return two.ours, two.elsewhere.id

    ours, theirs = database.fill("two, both full" if with_theirs else "two", make)
    community, elsewhere = (session.get_one(Community, one) for one in (ours.community_id, theirs))
    return Two(app, session, community, ours, elsewhere)


def ids_for(path: str, everything: Everything) -> dict[str, str]:
    """Return what an address is filled with: rounds that allow what the address is for."""
    rounds: dict[str, str] = {}
    if "ballots" in path:
        rounds = everything.in_review
    elif "objection" in path or "fairness" in path or "hand-out" in path or "lots" in path:
        rounds = everything.on_notice
    elif "nominations" in path:
        rounds = {"month": "2027-01"}
    if path.startswith("/staff/rounds"):
        rounds["action"] = "cancel"
    return {**EXAMPLES, **everything.ids, **rounds}


def names_in(*parts: Any) -> list[str]:
    """Return which records addresses and bodies name."""
    found = re.findall(r"[<{](?:\w+:)?(\w+_id|receipt|plaque_number)[>}]", repr(parts))
    return sorted(set(found))


def one_foreign(
    path: str, names: list[str], ours: Everything, theirs: Everything
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each name with the ids of ours, in which it alone is theirs."""
    for name in names:
        yield name, {**ids_for(path, ours), name: ids_for(path, theirs)[name]}


def filled(part: Any, ids: dict[str, str]) -> Any:
    """Return an address or a body with its names replaced by ids."""
    if isinstance(part, dict):
        return {filled(name, ids): filled(value, ids) for name, value in part.items()}
    if isinstance(part, list):
        return [filled(value, ids) for value in part]
    if isinstance(part, str):
        return re.sub(r"[<{](?:\w+:)?(\w+)[>}]", lambda found: ids[found[1]], part)
    return part
