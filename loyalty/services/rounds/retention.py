"""Forgetting who asked, once the answer has long been given."""

from datetime import timedelta

from sqlalchemy import or_, select, update

from loyalty.models import Matter, Objection, Round
from loyalty.rules.selection import RoundState
from loyalty.services.imports.keeping import forget_tables
from loyalty.services.work import Work

KEPT_AFTER_THE_ANSWER = timedelta(days=30)
"""How long it is kept who asked, and where, in case the answer gives rise to a question."""


def forget_contacts(work: Work) -> None:
    """Forget who raised what was answered long ago, and who objected in a round called off.

    The tables nobody came back to are forgotten, too: names and numbers stand in them.
    """
    forget_tables(work.session, work.community_id, now=work.now)
    long_ago = work.now - KEPT_AFTER_THE_ANSWER
    cancelled = select(Round.id).where(
        Round.community_id == work.community_id, Round.state == RoundState.CANCELLED
    )
    work.session.execute(
        update(Objection)
        .where(
            Objection.community_id == work.community_id,
            or_(Objection.decided_at <= long_ago, Objection.round_id.in_(cancelled)),
        )
        .values(name=None, contact=None)
    )
    work.session.execute(
        update(Matter)
        .where(Matter.community_id == work.community_id, Matter.closed_at <= long_ago)
        .values(contact=None)
    )
