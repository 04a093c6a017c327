"""A message for a browser: sealed for its device (RFC 8291), and signed for its push service.

The push service learns when something is sent and to which browser, and nothing of what it says.
The signature (VAPID, RFC 8292) tells it that whoever asked the browser is who sends.
"""

import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from loyalty.rules.web_push import Device

SIGNED_FOR = timedelta(hours=12)
"""How long a signature holds; a push service takes none beyond a day."""

_CURVE = ec.SECP256R1()
_KEY_BYTES = 32
_SALT_BYTES = 16
_RECORD_BYTES = (4096).to_bytes(4, "big")
_LAST_RECORD = b"\2"
"""What ends the only record of a message, which is far shorter than one may be (RFC 8188)."""
_ANY_SENDER = {"no-strict": True}
"""The library else refuses a host without a dot."""


def make_push_key() -> bytes:
    """Return a private key nobody has had before."""
    number = ec.generate_private_key(_CURVE).private_numbers().private_value
    return number.to_bytes(_KEY_BYTES, "big")


def write_public_half(key: bytes) -> str:
    """Return the public half of a private key as browsers are told it: unpadded base64url."""
    return urlsafe_b64encode(_point_of(_open(key))).decode().rstrip("=")


def is_on_the_curve(device: Device) -> bool:
    """Return whether something can be sealed for a device."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, device.point)
    except ValueError:
        return False
    return True


def seal_for(device: Device, told: bytes) -> bytes:
    """Return what the device alone can open: one record of RFC 8188, by a key of RFC 8291."""
    ours, salt = ec.generate_private_key(_CURVE), os.urandom(_SALT_BYTES)
    point = _point_of(ours)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, device.point)
    ends = b"WebPush: info\0" + device.point + point
    shared = _derive(ours.exchange(ec.ECDH(), theirs), device.secret, ends, length=32)
    key = _derive(shared, salt, b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derive(shared, salt, b"Content-Encoding: nonce\0", length=12)
    header = salt + _RECORD_BYTES + bytes([len(point)]) + point
    return header + AESGCM(key).encrypt(nonce, told + _LAST_RECORD, None)


def sign_for(
    device: Device, key: bytes, *, sender: str, now: datetime, keep: timedelta
) -> Mapping[str, str]:
    """Return the headers with which a sealed message is handed to the push service of a device.

    Args:
        sender: address under which the push service finds who sends.
        keep: how long the push service waits for a device that is switched off.
    """
    claims = {
        "aud": device.audience,
        "exp": int((now + SIGNED_FOR).timestamp()),
        "sub": sender,
    }
    signed: Mapping[str, str] = Vapid02(_open(key), conf=_ANY_SENDER).sign(claims)
    return {
        "Authorization": signed["Authorization"],
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(max(0, int(keep.total_seconds()))),
        "Urgency": "normal",
    }


def _open(key: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(key, "big"), _CURVE)


def _point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(secret: bytes, salt: bytes, purpose: bytes, *, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=purpose).derive(secret)
