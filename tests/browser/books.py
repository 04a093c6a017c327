"""What the service has in its books, as a till cannot see it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Redemption, SaleCase


def sales(session: Session) -> int:
    """Return how many sales the service has recorded."""
    session.rollback()
    return session.scalar(select(func.count()).select_from(Redemption)) or 0


def cases(session: Session) -> list[str]:
    """Return the kinds of the cases that wait for staff."""
    session.rollback()
    return list(session.scalars(select(SaleCase.kind)))
