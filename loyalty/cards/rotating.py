"""The code on a resident's phone: another one each half minute, so that a picture of it grows old.

22 digits, held alike by docs/rotating-code-vectors.json for every program that makes or reads them.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loyalty.cards.keys import SealError
from loyalty.rules.card_number import HANDLE_DIGITS, ROTATING_PREFIX, check_digits

STEP_SECONDS = 30
"""How long one code is shown."""

SECRET_BYTES = 32

_TAG_DIGITS = 10
_PURPOSE = b"loyalty rotating code v1\0"
_SEAL_PURPOSE = b"loyalty rotating secret v1\0"
_NONCE_BYTES = 12


def make_secret() -> bytes:
    """Return a secret nobody has had before."""
    return os.urandom(SECRET_BYTES)


def step_at(moment: datetime) -> int:
    """Return the half minute, since 1970, in which an instant lies."""
    return int(moment.timestamp()) // STEP_SECONDS


def make_rotating_code(secret: bytes, handle: str, step: int) -> str:
    """Return the code of one half minute: 22 digits.

    Args:
        secret: from `make_secret`.
        handle: eight digits, by which a till finds whose it is.
        step: from `step_at`.
    """
    body = f"{ROTATING_PREFIX}{handle}{_tag_of(secret, handle, step)}"
    return body + check_digits(body)


def handle_in(code: str) -> str:
    """Return the handle in a code that `kind_of` calls a rotating one."""
    return code[len(ROTATING_PREFIX) :][:HANDLE_DIGITS]


def find_step(secret: bytes, code: str, steps: Iterable[int]) -> int | None:
    """Return of which of some half minutes a code is; None if of none."""
    handle = handle_in(code)
    for step in steps:
        if hmac.compare_digest(make_rotating_code(secret, handle, step), code):
            return step
    return None


def seal_secret(secret: bytes, owner: UUID, *, sealing_key: bytes) -> bytes:
    """Return a secret encrypted for storing; in the row of another page it does not open."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(sealing_key).encrypt(nonce, secret, page_owner(owner))


def page_owner(page_id: UUID) -> bytes:
    """Return for what the secret of a page is sealed."""
    return _SEAL_PURPOSE + page_id.bytes


def unseal_secret(sealed: bytes, owner: UUID, *, sealing_key: bytes) -> bytes:
    """Return a secret again.

    Raises:
        SealError: another secret of the operator, another page, or damage.
    """
    nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(sealing_key).decrypt(nonce, encrypted, page_owner(owner))
    except (InvalidTag, ValueError) as error:
        raise SealError("The sealed secret of an own page does not open.") from error


def _tag_of(secret: bytes, handle: str, step: int) -> str:
    said = _PURPOSE + handle.encode("ascii") + step.to_bytes(8, "big")
    digest = hmac.digest(secret, said, hashlib.sha256)
    # Six bytes are 2.8e14: JavaScript counts so far exactly, and the remainder is even enough.
    return f"{int.from_bytes(digest[:6], 'big') % 10**_TAG_DIGITS:0{_TAG_DIGITS}}"
