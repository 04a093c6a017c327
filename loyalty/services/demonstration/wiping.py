"""Removing the demonstration, and nothing else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.demonstration.cast import SLUG
from loyalty.services.errors import UnknownRecordError
from loyalty.services.privacy.removing import remove_community


def demonstration_of(session: Session) -> Community | None:
    """Return the demonstration, if it has been built."""
    return session.scalar(select(Community).where(Community.slug == SLUG, Community.demonstration))


def wipe(session: Session) -> None:
    """Remove the demonstration with all that belongs to it.

    Raises:
        UnknownRecordError: there is none; a real community is never removed.
    """
    community = demonstration_of(session)
    if community is None:
        raise UnknownRecordError("There is no demonstration here.")
    remove_community(session, community)
