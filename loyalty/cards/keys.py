"""Signing keys: one for each community and month, the private half sealed while it rests."""

import os
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from loyalty.rules.errors import LoyaltyError

KEY_ID_BYTES = 3

_SEAL_PURPOSE = b"loyalty signing key v1"
_SEALING_KEY_PURPOSE = b"loyalty sealing key v1"
_NONCE_BYTES = 12
_SEALED_BYTES = _NONCE_BYTES + 32 + 16
"""Nonce, private key, and the tag of AES-GCM."""


class SealError(LoyaltyError):
    """A sealed key does not open: another secret, another community or month, or damage."""


class SigningKey(NamedTuple):
    """A fresh pair of keys."""

    key_id: str
    """Six lower-case hexadecimal digits."""
    public: bytes
    """Raw, 32 bytes."""
    private: bytes
    """Raw, 32 bytes. Seal it before it is stored."""

    def __repr__(self) -> str:
        # A traceback or a log line may print this, and must not print the private half.
        return f"SigningKey({self.key_id})"


def make_signing_key() -> SigningKey:
    """Return a key nobody has had before."""
    private = Ed25519PrivateKey.generate()
    public_raw = private.public_key().public_bytes_raw()
    return SigningKey(key_id_of(public_raw), public_raw, private.private_bytes_raw())


def key_id_of(public_raw: bytes) -> str:
    """Return a key's name: the first three bytes of the SHA-256 of its raw public half, in hex."""
    return sha256(public_raw).digest()[:KEY_ID_BYTES].hex()


def derive_public_key(private_raw: bytes) -> bytes:
    """Return the raw public half, 32 bytes, of a raw private half."""
    return Ed25519PrivateKey.from_private_bytes(private_raw).public_key().public_bytes_raw()


def sealing_key_from(secret: str) -> bytes:
    """Return the 32-byte sealing key of an installation, derived from its secret (RFC 5869)."""
    derivation = HKDF(SHA256(), length=32, salt=None, info=_SEALING_KEY_PURPOSE)
    return derivation.derive(secret.encode())


def seal(private_raw: bytes, *, sealing_key: bytes, community: str, month: str) -> bytes:
    """Return a private key encrypted with AES-256-GCM, 60 bytes, for storing.

    Args:
        private_raw: the raw private half, 32 bytes.
        sealing_key: from `sealing_key_from`.
        community: slug of the community the key belongs to.
        month: first month its cards are valid, as 2026-12.

    Community and month are authenticated: a sealed key moved to another row does not open.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(sealing_key).encrypt(nonce, private_raw, key_owner(community, month))


def unseal(sealed: bytes, *, sealing_key: bytes, community: str, month: str) -> bytes:
    """Return the raw private key again; raise SealError unless everything is as when sealed."""
    if len(sealed) != _SEALED_BYTES:
        raise SealError("The sealed signing key is damaged.")
    nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(sealing_key).decrypt(nonce, encrypted, key_owner(community, month))
    except InvalidTag as error:
        raise SealError("The sealed signing key does not open.") from error


def make_jwk(public_raw: bytes, key_id: str) -> dict[str, str]:
    """Return the public half as a JSON Web Key (RFC 8037), ready to be published."""
    x = urlsafe_b64encode(public_raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key_id, "x": x}


def key_owner(community: str, month: str) -> bytes:
    """Return for what a private key is sealed."""
    return b"\0".join((_SEAL_PURPOSE, community.encode(), month.encode()))
