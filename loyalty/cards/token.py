"""The token of a card: what the QR holds, and how it is read without asking anybody.

The law of the format, and how it may change, is docs/card-format.md.
"""

import re
from dataclasses import dataclass

from itsdangerous import BadData, BadSignature

from loyalty.cards.keys import derive_public_key, key_id_of
from loyalty.cards.signing import PAYLOAD_BYTES, TokenSigner, decode_token
from loyalty.rules.card_number import TOKEN_LETTERS, number_of
from loyalty.rules.errors import LoyaltyError

VERSION = 1
PURPOSE = b"loyalty card v1\0"
"""Begins the signed bytes, so that a signature made for anything else is no card."""

_KEY_ID = re.compile(r"[0-9a-f]{6}")
_SERIAL = re.compile(r"[0-9]{12}")
_WHERE_A_TOKEN_STANDS = re.compile(
    rf"(?:(?i:https?)://[^\s?#]+/[Cc]/)?([A-Z2-7]{{{TOKEN_LETTERS}}})"
)


class BadTokenError(LoyaltyError):
    """The text is no token of a version we know, whoever signed it."""


class ForgedTokenError(LoyaltyError):
    """The token is well made, and this key did not sign it."""


@dataclass(frozen=True, slots=True)
class CardClaims:
    """What a token says of its card. Out of range it cannot be made: BadTokenError."""

    key_id: str
    """Six lower-case hexadecimal digits: names the key, and so the community and first month."""
    serial: str
    """The first twelve digits of the card number. This, never the text, identifies the card."""
    pay_permille: int
    """Share of the price that is paid, 1 to 1000."""
    honour_number: int
    """The community's number of the honour, 1 to 63."""
    months: int
    """Calendar months the card is valid, 1 to 12, from the key's month on."""

    def __post_init__(self) -> None:
        within = (
            _KEY_ID.fullmatch(self.key_id),
            _SERIAL.fullmatch(self.serial),
            self.pay_permille in range(1, 1001),
            self.honour_number in range(1, 64),
            self.months in range(1, 13),
        )
        if not all(within):
            raise BadTokenError("A field of the token is out of range.")

    @property
    def number(self) -> str:
        """The card number as printed: the serial and its two check digits."""
        return number_of(self.serial)


class CardSigner:
    """Signs the cards of one key, which is read once for all of them."""

    def __init__(self, private_raw: bytes) -> None:
        self._key_id = key_id_of(derive_public_key(private_raw))
        self._signer = TokenSigner(private_raw, purpose=PURPOSE)

    def sign(self, claims: CardClaims) -> str:
        """Return the token of a card, 120 letters; refuse claims that name another key."""
        if self._key_id != claims.key_id:
            raise BadTokenError("The token names another key than the one that signs it.")
        return self._signer.sign(_pack_claims(claims)).decode()


def sign_token(claims: CardClaims, private_raw: bytes) -> str:
    """Return the token of one card, as `CardSigner` signs it."""
    return CardSigner(private_raw).sign(claims)


def read_claims(token: str) -> CardClaims:
    """Return what a token says, unverified: good for choosing the key and nothing else.

    Raises:
        BadTokenError: not the canonical spelling, an unknown version, or a field out of range.
    """
    try:
        return _unpack_claims(decode_token(token)[:PAYLOAD_BYTES])
    except BadData as error:
        raise BadTokenError("The text is not spelled as a token.") from error


def verify_token(token: str, public_raw: bytes) -> CardClaims:
    """Return what a token says, once its signature is found to be this key's.

    Raises:
        BadTokenError: as `read_claims`; raised before the signature is checked.
        ForgedTokenError: the key did not sign it, or the token names another key.
    """
    claims = read_claims(token)
    if claims.key_id != key_id_of(public_raw):
        raise ForgedTokenError("The token names another key.")
    try:
        TokenSigner(public_raw, purpose=PURPOSE).unsign(token)
    except BadSignature as error:
        raise ForgedTokenError("The key did not sign this token.") from error
    return claims


def token_in(text: str) -> str | None:
    """Return the token in a text that `kind_of` calls a token: a bare one, or the end of a URL.

    Scheme, host, path and `/C/` may be in either case, since phones lower some of them; the token
    itself has one spelling. None if there is none, or if anything stands after it.
    """
    found = _WHERE_A_TOKEN_STANDS.fullmatch(text)
    return found[1] if found else None


def make_card_url(base_url: str, token: str) -> str:
    """Return the URL in a card's QR: what stands before the token as every phone knows a URL.

    Args:
        base_url: where the service is reached.
        token: from `sign_token`.
    """
    return f"{base_url.rstrip('/')}/C/{token}"


def _pack_claims(claims: CardClaims) -> bytes:
    """Return the 88 bits, most significant first: 4 | 24 | 40 | 10 | 6 | 4."""
    bits = VERSION
    bits = bits << 24 | int(claims.key_id, 16)
    bits = bits << 40 | int(claims.serial)
    bits = bits << 10 | claims.pay_permille
    bits = bits << 6 | claims.honour_number
    bits = bits << 4 | claims.months
    return bits.to_bytes(PAYLOAD_BYTES, "big")


def _unpack_claims(payload: bytes) -> CardClaims:
    bits = int.from_bytes(payload, "big")
    if bits >> 84 != VERSION:
        raise BadTokenError("The token is of a version this reader does not know.")
    return CardClaims(
        key_id=f"{bits >> 60 & 0xFFFFFF:06x}",
        serial=f"{bits >> 20 & 0xFFFFFFFFFF:012}",
        pay_permille=bits >> 10 & 0x3FF,
        honour_number=bits >> 4 & 0x3F,
        months=bits & 0xF,
    )
