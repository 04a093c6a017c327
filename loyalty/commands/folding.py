"""Bringing the sums of every community's book up to what was sold lately, as the worker does."""

from uuid import UUID

from loyalty.database import transaction
from loyalty.services.community.policy import communities, locked_community
from loyalty.services.ledger.folding import find_fold_end, fold_sales


def fold_every_book() -> None:
    """Fold the books of all communities, each in transactions of its own."""
    with transaction() as session:
        ids = [one.id for one in communities(session)]
        until_id = find_fold_end(session)
    if until_id is None:
        return
    for community_id in ids:
        while _fold(community_id, until_id):
            pass


def _fold(community_id: UUID, until_id: UUID) -> bool:
    with transaction(community_id) as session:
        return fold_sales(session, locked_community(session, community_id), until_id)
