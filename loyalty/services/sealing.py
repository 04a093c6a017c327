"""Sealing what lies in the database: without the secret nobody reads it, nor a backup of it."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


def seal(content: bytes, *, sealing_key: bytes, owner: bytes) -> bytes:
    """Return what AES-256-GCM makes of some content: the nonce, then the rest.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`.
        owner: for what it is sealed, and whose it is; anywhere else it does not open.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(sealing_key).encrypt(nonce, content, owner)


def unseal(sealed: bytes, *, sealing_key: bytes, owner: bytes) -> bytes:
    """Return the content again.

    Raises:
        cryptography.exceptions.InvalidTag: another secret, another owner, or damage.
    """
    if len(sealed) < _NONCE_BYTES:
        raise InvalidTag
    nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    return AESGCM(sealing_key).decrypt(nonce, content, owner)
