"""What is forgotten, or sealed anew, at the moment at which somebody writes it."""

from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import ImportJob
from loyalty.services.imports.answers import TableAnswers
from loyalty.services.imports.jobs import answer_import
from loyalty.services.imports.keeping import forget_tables_about
from loyalty.services.work import Work
from tests.faults.overlap import in_transaction
from tests.faults.races import Race, Street
from tests.given import NOON, given_staff
from tests.given_tables import HEADINGS, text, upload

NAME = "轩辕破晓"


def an_answer_beside_the_forgetting_of_its_person(street: Street) -> Race:
    nameless = text(HEADINGS, ("", "3号楼501", "是", "H-1"))
    job = UUID(upload(street.app.test_client(), street.manager, nameless).json["import_id"])
    clerk = given_staff(street.session, street.community)
    community_id = street.community.id

    def answer(own: Session) -> int:
        said = TableAnswers(cells={2: {"name": NAME}})
        return len(answer_import(Work(own, clerk, NOON), job, said).valid_rows)

    def forget(own: Session) -> int:
        return forget_tables_about(own, community_id, NAME, now=NOON)

    return Race(
        partial(in_transaction, street.app, answer),
        partial(in_transaction, street.app, forget),
        lambda: street.read(ImportJob.forgotten_at, job) == NOON,
    )
