"""Builders of what deeds are counted by."""

from typing import Any

from sqlalchemy.orm import Session

from loyalty.models import Community, DeedKind
from tests.given import number


def given_deed_kind(session: Session, community: Community, **values: Any) -> DeedKind:
    """A kind of deed of the community's own; one counts one point."""
    kind = DeedKind(
        **{
            "community_id": community.id,
            "code": f"kind_{next(number)}",
            "name": "合唱",
            "points_hundredths": 100,
            **values,
        }
    )
    session.add(kind)
    session.flush()
    return kind
