"""A message for a browser: sealed for its device (RFC 8291), and signed for its push service.

The push service learns when something is sent and to which browser, and nothing of what it says.
The signature (VAPID, RFC 8292) tells it that whoever asked the browser is who sends.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from loyalty.rules.web_push import Device

SIGNED_FOR = timedelta(hours=12)
"""How long a signature holds; a push service takes none beyond a day."""

_CURVE = ec.SECP256R1()
_KEY_BYTES = 32
_ANY_SENDER = {"no-strict": True}
"""The library else refuses a host without a dot."""


def make_push_key() -> bytes:
    """Return a private key nobody has had before."""
    number = ec.generate_private_key(_CURVE).private_numbers().private_value
    return number.to_bytes(_KEY_BYTES, "big")


def write_public_half(key: bytes) -> str:
    """Return the public half of a private key as browsers are told it: unpadded base64url."""
    point = _open(key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")


def is_on_the_curve(device: Device) -> bool:
    """Return whether something can be sealed for a device."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, device.point)
    except ValueError:
        return False
    return True


def seal_for(device: Device, told: bytes) -> bytes:
    """Return what the device alone can open."""
    sealed: bytes = http_ece.encrypt(
        told,
        private_key=ec.generate_private_key(_CURVE),
        dh=device.point,
        auth_secret=device.secret,
        version="aes128gcm",
    )
    return sealed


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
