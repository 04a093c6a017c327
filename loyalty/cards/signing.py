"""Ed25519 behind itsdangerous, and the fixed-width spelling of a signed card.

Two facts shape this module. Ed25519 has two halves of a key where itsdangerous has one secret, so
a signer is made for one side: with private keys it signs, with public keys it reads. And with
`key_derivation="none"` itsdangerous ignores its salt, so what tells one purpose from another goes
into the signed bytes themselves.
"""

import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from itsdangerous import BadData, BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode, want_bytes
from itsdangerous.signer import SigningAlgorithm

from loyalty.rules.card_number import TOKEN_LETTERS

PAYLOAD_BYTES = 11
"""With the 64 of a signature 75 bytes, which fill 120 letters of base32: no bit is left over."""

_CANONICAL = re.compile(rb"[A-Z2-7]{%d}" % TOKEN_LETTERS)


class Ed25519Algorithm(SigningAlgorithm):
    """Ed25519 (RFC 8032). Keys are raw: 32 bytes of either half."""

    def __init__(self) -> None:
        # A private key takes longer to read than to sign with; it goes when the signer does.
        self._read_private = lru_cache(maxsize=1)(Ed25519PrivateKey.from_private_bytes)

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """Return the signature of `value`, 64 bytes, under the private key."""
        return self._read_private(key).sign(value)

    def verify_signature(self, key: bytes, value: bytes, sig: bytes) -> bool:
        """Return whether `sig` was made over `value` by the private half of the public key."""
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(sig, value)
        except InvalidSignature:
            return False
        return True


class PurposeSigner(Signer):
    """Signs for one purpose, so that no signature can be used for another.

    Args:
        keys: raw keys, oldest to newest: the newest private key signs, every public key reads.
        purpose: prefix of the signed bytes; no purpose may be the beginning of another.
    """

    def __init__(self, keys: bytes | Iterable[bytes], *, purpose: bytes) -> None:
        super().__init__(keys, key_derivation="none", algorithm=Ed25519Algorithm())
        self.purpose = purpose

    def get_signature(self, value: str | bytes) -> bytes:
        """Return the signature over purpose and value: 86 letters of base64url, unpadded."""
        return super().get_signature(self.purpose + want_bytes(value))

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        """Return whether one of the keys made `sig`, in its only canonical spelling."""
        try:
            canonical = base64_encode(base64_decode(sig))
        except BadData:
            return False
        return canonical == want_bytes(sig, errors="replace") and super().verify_signature(
            self.purpose + want_bytes(value), sig
        )


class TokenSigner(PurposeSigner):
    """Signs an eleven-byte payload into 120 letters of upper-case base32, and reads it back."""

    def sign(self, value: str | bytes) -> bytes:
        """Return payload and signature as the letters of one token."""
        return b32encode(want_bytes(value) + base64_decode(self.get_signature(value)))

    def unsign(self, signed_value: str | bytes) -> bytes:
        """Return the payload of a token.

        Raises:
            BadSignature: none of the keys signed it.
            BadData: it is not spelled as a token at all.
        """
        raw = decode_token(signed_value)
        payload, signature = raw[:PAYLOAD_BYTES], raw[PAYLOAD_BYTES:]
        if not self.verify_signature(payload, base64_encode(signature)):
            raise BadSignature("No key made this signature.", payload=payload)
        return payload


def decode_token(spelled: str | bytes) -> bytes:
    """Return the 75 bytes behind a token; raise BadData unless it is spelled canonically."""
    letters = want_bytes(spelled, errors="replace")
    if not _CANONICAL.fullmatch(letters):
        raise BadData(f"A token is {TOKEN_LETTERS} letters of upper-case base32.")
    return b32decode(letters)
