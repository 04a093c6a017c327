"""Bringing the sums of every community's book up to what was sold lately, as the worker does."""

import logging
import traceback
from uuid import UUID

from loyalty.database import is_away, transaction
from loyalty.services.community.policy import communities, locked_community
from loyalty.services.ledger.folding import find_fold_end, fold_sales

_logger = logging.getLogger(__name__)


def fold_every_book() -> None:
    """Fold the books of all communities, each in transactions of its own.

    Where one fails the others are folded all the same; it is tried again with them.
    """
    with transaction() as session:
        served = [(one.id, one.slug) for one in communities(session)]
        until_id = find_fold_end(session)
    if until_id is None:
        return
    for community_id, slug in served:
        try:
            while _fold(community_id, until_id):
                pass
        except Exception as error:
            if is_away(error):
                raise
            # What an error says may hold what was sold; where it came from does not.
            where = "".join(traceback.format_tb(error.__traceback__))
            _logger.error(  # noqa: TRY400  # without what it says
                "folding the book of %s has failed: %s\n%s", slug, type(error).__name__, where
            )


def _fold(community_id: UUID, until_id: UUID) -> bool:
    with transaction(community_id) as session:
        return fold_sales(session, locked_community(session, community_id), until_id)
