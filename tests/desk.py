"""A manager who takes lists away in Excel and sends them in again."""

import io
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, HouseholdGroup
from loyalty.services.actors import Role
from tests.given import given_account, signed_in
from tests.given_stalls import given_stall
from tests.given_tables import upload, workbook_of_texts
from tests.pages.visits import enter

Rows = list[list[str]]
Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """A manager who takes lists away and sends them in again."""

    client: FlaskClient
    session: Session
    community: Community
    headers: Headers

    def take(self, name: str) -> Rows:
        """The rows of a list, its headings first, as texts."""
        enter(self.client, self.session, self.community, Role.MANAGER)
        (sheet,) = load_workbook(io.BytesIO(self.client.get(f"/staff/lists/{name}.xlsx").data))
        return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]

    def send(self, name: str, rows: Rows) -> Any:
        """What the service says of rows; nothing is taken in yet."""
        return upload(self.client, self.headers, workbook_of_texts(rows), kind=name)

    def count(self, record: Any) -> int:
        """How many of a kind the community has."""
        query = select(func.count()).where(record.community_id == self.community.id)
        return self.session.execute(query).scalar_one()


def given_desk(client: FlaskClient, session: Session, community: Community) -> Desk:
    """Two areas, a group in the first, a stall that was let once, and a series of plaques."""
    areas = [Area(community_id=community.id, name=name) for name in ("东区", "西区")]
    session.add_all(areas)
    session.flush()
    session.add(HouseholdGroup(community_id=community.id, name="东一", area_id=areas[0].id))
    given_stall(session, community, given_account(session, community))
    session.commit()
    return Desk(client, session, community, signed_in(session, community, Role.MANAGER))
