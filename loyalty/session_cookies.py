"""The cookie of a browser's session, sealed: who reads it learns nothing of what it says.

It takes the place of the signed cookie of Flask, in which everything can be read.
"""

import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import BadSignature, SignatureExpired

_PURPOSE = b"loyalty session v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TIME_BYTES = 8


class SealingSerializer:
    """Writes and reads sessions as the serializer of Flask does, under AES-256-GCM.

    Args:
        secret: under which they are written.
        former: those of before, under which they are still read.
    """

    def __init__(self, secret: str, former: Sequence[str] = ()) -> None:
        self._cipher, *self._former = (AESGCM(_derive_key(one)) for one in (secret, *former))
        self._json = TaggedJSONSerializer()

    def dumps(self, session: Any) -> str:
        """Return what the cookie of a session says, with the time at which it was written."""
        nonce = os.urandom(_NONCE_BYTES)
        told = int(time.time()).to_bytes(_TIME_BYTES) + self._json.dumps(session).encode()
        sealed = nonce + self._cipher.encrypt(nonce, told, _PURPOSE)
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def loads(self, cookie: str, max_age: int) -> Any:
        """Return the session of a cookie.

        Args:
            cookie: as a browser has sent it.
            max_age: for how many seconds after it was written it is believed.

        Raises:
            BadSignature: it was not sealed here.
            SignatureExpired: it is too old.
        """
        try:
            sealed = urlsafe_b64decode(cookie.encode("ascii") + b"==")
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            told = self._open(nonce, rest)
        except (ValueError, InvalidTag) as error:
            raise BadSignature("The session was not sealed here.") from error
        if int.from_bytes(told[:_TIME_BYTES]) + max_age < time.time():
            raise SignatureExpired("The session is too old.")
        return self._json.loads(told[_TIME_BYTES:].decode())

    def _open(self, nonce: bytes, sealed: bytes) -> bytes:
        for cipher in self._former:
            with suppress(InvalidTag):
                return cipher.decrypt(nonce, sealed, _PURPOSE)
        return self._cipher.decrypt(nonce, sealed, _PURPOSE)


@cache
def _derive_key(secret: str) -> bytes:
    return HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())
