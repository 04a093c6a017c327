"""Doing something in every community, so that one in which it fails keeps no other from it."""

import logging
import traceback
from collections.abc import Callable, Iterable
from uuid import UUID

from loyalty.database import is_away

_logger = logging.getLogger(__name__)


def do_everywhere(
    served: Iterable[tuple[UUID, str]], do_some: Callable[[UUID], bool], *, failure: str
) -> None:
    """Do something in each of some communities, again and again until it says that it is done.

    Args:
        served: ids and slugs.
        do_some: returns whether there may be more to do; each call is a transaction of its own.
        failure: what is logged where it fails, with the slug in place of ``%s``.
    """
    for community_id, slug in served:
        try:
            while do_some(community_id):
                pass
        except Exception as error:
            if is_away(error):
                raise
            # What an error says may hold what was recorded; where it came from does not.
            where = "".join(traceback.format_tb(error.__traceback__))
            _logger.error(f"{failure}: %s\n%s", slug, type(error).__name__, where)  # noqa: G004, TRY400  # a text of ours; without what the error says
