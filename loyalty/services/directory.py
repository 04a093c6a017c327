"""What the till's hot path keeps in memory: tills with their shops and policies, and public keys.

Every query of the hot path brings the directory's version along; triggers in the database move it
on with each change of a community, shop, term, till or key. A worker that meets a newer version
drops what it remembered and asks again, so a revoked till is refused on its very next call.
"""

import hashlib
from typing import Any

from psycopg import Connection

from loyalty.services.actors import Till
from loyalty.services.errors import SignInError

PAIRED_TILL = """
SELECT till.id, till.shop_id, till.community_id, community.timezone
  FROM till JOIN community ON community.id = till.community_id
 WHERE till.token_hash = %s AND till.revoked_at IS NULL
"""


def till_of_token(connection: Connection[Any], token: str) -> Till:
    """Return whose token this is.

    Raises:
        SignInError: the till was revoked, or never paired.
    """
    row = connection.execute(PAIRED_TILL, (hashlib.sha256(token.encode()).digest(),)).fetchone()
    if row is None:
        raise SignInError("This till is not paired, or was revoked; pair it again.")
    return Till(*row)
