"""Who acts, in which transaction, and when: what a service is given beside its request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from loyalty.database import Identified, Versioned
from loyalty.models import Community
from loyalty.services.actors import Programme, SignedInResident, StaffMember, Till
from loyalty.services.audit import note
from loyalty.services.errors import StaleRecordError, UnknownRecordError

Record = TypeVar("Record", bound=Identified)


class Lock(StrEnum):
    """What others wait to do with a record until the transaction ends."""

    SHARE = "share"
    """They change it, or lock it otherwise; whoever shares it, too, does not wait."""
    CHANGE = "change"
    """They change or lock it; what they add may refer to it meanwhile."""
    REFER = "refer"
    """They add what refers to it, as a sale to its card, besides."""


@dataclass(frozen=True, slots=True)
class SomebodysWork:
    """What somebody does in one transaction."""

    session: Session
    actor: StaffMember | Till | SignedInResident | Programme
    now: datetime
    """The present instant, on the wall clock of the community."""

    @property
    def community_id(self) -> UUID:
        """The community that the actor works for."""
        return self.actor.community_id

    def select(self, model: type[Record]) -> Select[tuple[Record]]:
        """Return the query for every record of one kind that the community has."""
        column = "id" if issubclass(model, Community) else "community_id"
        return select(model).where(model.__table__.c[column] == self.community_id)

    def find(
        self,
        model: type[Record],
        record_id: UUID,
        *,
        lock: Lock | None = None,
        version: int | None = None,
        options: Sequence[ExecutableOption] = (),
    ) -> Record:
        """Return a record of the community, as it stands now.

        Args:
            version: the one that the caller has read; None takes the record as it is.
            options: what is loaded with it.

        Raises:
            UnknownRecordError: there is none; another community's counts as none.
            StaleRecordError: somebody changed it since.
        """
        query = self.select(model).where(model.id == record_id).options(*options)
        if lock is not None:
            query = query.with_for_update(
                read=lock is Lock.SHARE, key_share=lock is Lock.CHANGE, of=model
            )
        record = self.session.scalar(query.execution_options(populate_existing=True))
        noun = model.__tablename__.replace("_", " ")
        if record is None:
            raise UnknownRecordError(f"The community has no such {noun}.")
        if version is not None and version != cast("Versioned", record).version:
            raise StaleRecordError(f"The {noun} has been changed meanwhile; read it again.")
        return record

    def note(self, action: str, subject: Identified | None, **detail: Any) -> None:
        """Write down what has been done, and leave a trace of it: codes and ids only."""
        self.session.flush()
        self.note_among_many(action, None if subject is None else subject.id, **detail)
        self.session.flush()

    def note_among_many(self, action: str, subject_id: UUID | None, **detail: Any) -> None:
        """Leave a trace as `note` does, but stored with those of other acts at the next flush."""
        note(
            self.session,
            self.actor,
            action,
            community_id=self.community_id,
            subject_id=subject_id,
            now=self.now,
            **detail,
        )


@dataclass(frozen=True, slots=True)
class AnyWork(SomebodysWork):
    """What one account or till does in one transaction."""

    actor: StaffMember | Till


@dataclass(frozen=True, slots=True)
class ResidentWork(SomebodysWork):
    """What one resident does at their own page in one transaction."""

    actor: SignedInResident


@dataclass(frozen=True, slots=True)
class Work(AnyWork):
    """What one account does in one transaction."""

    actor: StaffMember
