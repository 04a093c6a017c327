"""Whom a list of names puts forward; nobody is by the reading alone."""

from collections.abc import Sequence
from uuid import UUID

from loyalty.services.imports.cells import home
from loyalty.services.imports.deeds import resident_id
from loyalty.services.imports.headings import RESIDENTS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import Column
from loyalty.services.imports.people_named import known_people, person_meant
from loyalty.services.imports.residents import SHARED, name_column, unit_column
from loyalty.services.work import Work

_COLUMNS = (
    name_column(required=False),
    unit_column(required=False),
    Column("household_ref", "户号", RESIDENTS["household_ref"], home, takes=SHARED),
    Column("resident_id", "居民编号", ("resident id",), resident_id),
)


def nominee_intake(work: Work) -> Intake[UUID]:
    """Return how rows of nominees are judged: each means one resident."""
    people = known_people(work)
    return Intake(
        columns=_COLUMNS,
        request_of=lambda values: person_meant(people, values),
        key_of=lambda resident: resident,
        known=frozenset(),
        means_people=True,
        add=_add_nobody,
    )


def _add_nobody(_: Sequence[UUID], __: UUID) -> None:
    """Nominate nobody: a nomination says for which honour, and who makes it."""
