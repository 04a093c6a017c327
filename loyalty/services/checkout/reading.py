"""From what a scanner sent to the card it means, or to the verdict that ends the matter."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from loyalty.cards.token import BadTokenError, ForgedTokenError, read_claims, token_in
from loyalty.rules.card_number import CodeKind, kind_of, normalise, serial_of
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout.memory import Directory


def read_code(
    connection: Connection[Any], directory: Directory, code: str, *, community_id: UUID
) -> str | Verdict:
    """Return the serial of the card a code names, or the verdict where the code alone decides.

    The serial is the identity of a card; the text never is.
    """
    match kind_of(code):
        case CodeKind.CARD_NUMBER:
            return serial_of(normalise(code))
        case CodeKind.TOKEN:
            return _read_token(connection, directory, normalise(code), community_id)
        case CodeKind.PAYMENT_CODE:
            return Verdict.PAYMENT_CODE
        case _:
            return Verdict.BAD_CODE


def _read_token(
    connection: Connection[Any], directory: Directory, code: str, community_id: UUID
) -> str | Verdict:
    token = token_in(code)
    if token is None:
        return Verdict.BAD_CODE
    try:
        key = directory.key(connection, read_claims(token).key_id)
        if key is None:
            return Verdict.UNKNOWN
        claims = directory.verified(token, key)
    except BadTokenError:
        return Verdict.BAD_CODE
    except ForgedTokenError:
        return Verdict.FORGED
    if key.community_id != community_id:
        return Verdict.OTHER_COMMUNITY
    return claims.serial
