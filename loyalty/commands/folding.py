"""Bringing the sums of every community's book up to what was sold lately, as the worker does."""

from functools import partial
from uuid import UUID

from loyalty.commands.everywhere import do_everywhere
from loyalty.database import transaction
from loyalty.services.community.policy import communities, locked_community
from loyalty.services.ledger.folding import find_fold_end, fold_sales


def fold_every_book() -> None:
    """Fold the books of all communities, each in transactions of its own.

    Where one fails the others are folded all the same; it is tried again with them.
    """
    with transaction() as session:
        served = [(one.id, one.slug) for one in communities(session)]
        until_id = find_fold_end(session)
    if until_id is not None:
        failure = "folding the book of %s has failed"
        do_everywhere(served, partial(_fold, until_id), failure=failure)


def _fold(until_id: UUID, community_id: UUID) -> bool:
    with transaction(community_id) as session:
        return fold_sales(session, locked_community(session, community_id), until_id)
