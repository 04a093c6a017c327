"""Whom a list of names puts forward; nobody is by the reading alone."""

from collections.abc import Sequence
from uuid import UUID

from loyalty.services.imports.cells import read_home
from loyalty.services.imports.deeds import read_resident_id
from loyalty.services.imports.headings import RESIDENTS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import Column
from loyalty.services.imports.person_matching import list_known_people, match_person
from loyalty.services.imports.residents import SHARED, make_name_column, make_unit_column
from loyalty.services.work import Work

_COLUMNS = (
    make_name_column(required=False),
    make_unit_column(required=False),
    Column("household_ref", "户号", RESIDENTS["household_ref"], read_home, takes=SHARED),
    Column("resident_id", "居民编号", ("resident id",), read_resident_id),
)


def make_nominee_intake(work: Work) -> Intake[UUID]:
    """Return how rows of nominees are judged: each means one resident."""
    people = list_known_people(work)
    return Intake(
        columns=_COLUMNS,
        request_of=lambda values: match_person(people, values),
        key_of=lambda resident: resident,
        known=frozenset(),
        means_people=True,
        add=_add_nobody,
    )


def _add_nobody(_: Sequence[UUID], __: UUID) -> None:
    """Nominate nobody: a nomination says for which honour, and who makes it."""
