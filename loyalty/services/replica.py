"""Where reports and exports are read: a replica, where the operator has named one.

They read much at once, and nobody stands at a counter waiting for them, so they may keep away from
the database that tills ask. A replica is only read, and is not believed blindly: one that lacks
what was written a minute ago is refused, as is one that does not answer. Nothing is then read from
elsewhere, for whoever has moved the reports away does not want them back unawares.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.database import db, is_away, limit_to
from loyalty.models import AuditEvent
from loyalty.services.errors import ReportsAwayError
from loyalty.services.work import Work

REPLICA = "replica"
"""Name of the replica's engine."""

MOST_BEHIND = timedelta(minutes=1)
"""How far a replica may be behind; what is newer may be missing from a report."""


@contextmanager
def reports_work(work: Work) -> Iterator[Work]:
    """Give the same work where reports are read, as `reports_session` does."""
    with reports_session(work.session, work.community_id, now=work.now) as session:
        yield replace(work, session=session)


@contextmanager
def reports_session(session: Session, community_id: UUID, *, now: datetime) -> Iterator[Session]:
    """Give the session on which a report of a community is read, limited to its rows.

    Args:
        session: on the database itself; it is given back where there is no replica.

    Raises:
        ReportsAwayError: the replica does not answer, or lacks what was written a minute ago.
    """
    engine = db.engines.get(REPLICA)
    if engine is None:
        yield session
        return
    try:
        with Session(engine, expire_on_commit=False) as replica:
            limit_to(replica, community_id)
            refuse_behind(replica, session, community_id, now=now)
            yield replica
    except Exception as error:
        if not is_away(error):
            raise
        engine.dispose()
        raise ReportsAwayError("The replica does not answer; ask again in some minutes.") from error


def refuse_behind(replica: Session, session: Session, community_id: UUID, *, now: datetime) -> None:
    """Refuse a replica that lacks the trace of what was done in a community a minute ago.

    Whatever is done leaves one, so this tells of any replica, however it is kept.

    Raises:
        ReportsAwayError: it does.
    """
    of_community = AuditEvent.community_id == community_id
    newest = session.scalar(
        select(AuditEvent.id)
        .where(of_community, AuditEvent.at <= now - MOST_BEHIND)
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    arrived = select(AuditEvent.id).where(of_community, AuditEvent.id == newest)
    if newest is not None and replica.scalar(arrived) is None:
        raise ReportsAwayError("The replica is behind; ask again in some minutes.")
