"""Pairs of acts that must not overlap: two people press their buttons at the same time.

A race builds what it needs and gives both acts, and how the world is looked at afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, ImportJob
from loyalty.services.actors import Role
from tests.given import NOON, given_community, signed_in


@dataclass(frozen=True, slots=True)
class Race:
    """Two acts, and what is looked at when both are done."""

    first: Callable[[], Any]
    second: Callable[[], Any]
    seen: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Street:
    """A community, and two managers who press their buttons at the same time."""

    app: Flask
    session: Session
    community: Community
    manager: dict[str, str]
    other: dict[str, str]

    def send(
        self, call: str, *, by: dict[str, str] | None = None, json: Any = None
    ) -> Callable[[], str]:
        """Return the act of sending a request; it tells the status, or why it is refused."""
        verb, path = call.split(" ")
        key = {"Idempotency-Key": str(uuid4())} | ({"If-Match": '"1"'} if verb == "PATCH" else {})

        def act() -> str:
            answer = self.app.test_client().open(
                f"/api/v1{path}",
                method=verb,
                headers={**(self.manager if by is None else by), **key},
                json=json,
            )
            if answer.status_code < 400:
                return str(answer.status_code)
            return str(answer.json.get("verdict") or answer.json["type"].rpartition("/")[2])

        return act

    def sign_in(self, shown: dict[str, str], address: str) -> Callable[[], str]:
        """Return the act of signing in from an address."""

        def act() -> str:
            client = self.app.test_client()
            place = {"REMOTE_ADDR": address}
            return str(client.post("/api/v1/tokens", json=shown, environ_base=place).status_code)

        return act

    def count(self, record: Any, *conditions: Any) -> int:
        """Return how many records there are now."""
        self.session.rollback()
        query = select(func.count()).select_from(record).where(*conditions)
        return self.session.scalar(query) or 0

    def read(self, column: Any, record_id: UUID) -> Any:
        """Return what stands in a column of a record now."""
        self.session.rollback()
        return self.session.scalar(select(column).where(column.class_.id == record_id))


def given_street(app: Flask, session: Session) -> Street:
    """A community with two managers."""
    community = given_community(session)
    manager, other = (signed_in(session, community, Role.MANAGER) for _ in range(2))
    return Street(app, session, community, manager, other)


def given_import(street: Street, kind: str) -> UUID:
    """Return an import that has been applied."""
    job = ImportJob(
        community_id=street.community.id,
        kind=kind,
        row_count=1,
        valid_rows=[],
        errors=[],
        uploaded_at=NOON,
        applied_at=NOON,
    )
    street.session.add(job)
    street.session.flush()
    return job.id
