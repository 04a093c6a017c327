"""The second factor: codes of six digits from an app on the account's phone (RFC 6238)."""

import os
from base64 import b32encode
from datetime import datetime
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loyalty.cards.keys import SealError
from loyalty.models import StaffAccount
from loyalty.rules.typed_text import clean_code_letters

SECRET_BYTES = 20
"""As long as the hash, as RFC 4226 recommends."""

STEPS_OF_GRACE = 1
"""Half minutes by which a phone's clock may be early or late."""

_NONCE_BYTES = 12
_PURPOSE = b"loyalty second factor v1"


def make_secret() -> bytes:
    """Return a secret nobody has had before."""
    return os.urandom(SECRET_BYTES)


def make_app_address(secret: bytes, *, username: str) -> str:
    """Return the ``otpauth:`` address of a secret, which the app on the phone reads as a QR."""
    return _make_totp(secret).provisioning_uri(name=username, issuer_name="loyalty")


def spell_secret(secret: bytes) -> str:
    """Return a secret in letters and digits, in groups of four, to be typed into the app."""
    letters = b32encode(secret).decode()
    return " ".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def seal_secret(secret: bytes, account: StaffAccount, *, sealing_key: bytes) -> bytes:
    """Return a secret encrypted for storing; in the row of another account it does not open."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(sealing_key).encrypt(nonce, secret, factor_owner(account.id))


def open_secret(sealed: bytes, account: StaffAccount, *, sealing_key: bytes) -> bytes:
    """Return a secret that was sealed for an account.

    Raises:
        SealError: it was not, or not with this key.
    """
    nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(sealing_key).decrypt(nonce, encrypted, factor_owner(account.id))
    except (InvalidTag, ValueError) as error:
        raise SealError("The sealed second factor does not open.") from error


def find_accepted_step(
    account: StaffAccount, code: str | None, *, sealing_key: bytes, now: datetime
) -> int | None:
    """Return the half minute, since 1970, of a code that is right and has not been used.

    Returns:
        None where the code is wrong, missing, or not newer than the last one that was accepted.

    Raises:
        SealError: the stored secret does not open with this key.
    """
    codes = _make_totp(open_secret(account.totp_secret or b"", account, sealing_key=sealing_key))
    current = codes.timecode(now)
    for step in range(current - STEPS_OF_GRACE, current + STEPS_OF_GRACE + 1):
        fresh = account.totp_step is None or step > account.totp_step
        if fresh and pyotp.utils.strings_equal(
            codes.generate_otp(step), clean_code_letters(code or "")
        ):
            return step
    return None


def _make_totp(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(b32encode(secret).decode())


def factor_owner(account_id: UUID) -> bytes:
    """Return for what the secret of an account is sealed."""
    return _PURPOSE + account_id.bytes
