"""A browser that lets itself be told, as whoever holds the device sees it.

It opens what is sealed for it (RFC 8291) and reads who has signed (RFC 8292) without the libraries
by which the service seals and signs.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from loyalty.rules.web_push import Device

CURVE = ec.SECP256R1()
KEY_STARTS, POINT_BYTES = 21, 65


def unpadded(content: bytes) -> str:
    """Return base64url without its end."""
    return urlsafe_b64encode(content).decode().rstrip("=")


def padded(text: str) -> bytes:
    """Return the bytes again."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(slots=True)
class Browser:
    """One on some device, whose push service stands at an address."""

    endpoint: str = "https://push.example/to/oWn5r1kd"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        """Return its public key."""
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def device(self) -> Device:
        """Return what it hands over."""
        return Device(self.endpoint, p256dh=unpadded(self.point), auth=unpadded(self.secret))

    def open(self, sealed: bytes) -> bytes:
        """Return what it is told; it fails for whatever is sealed for another."""
        salt, sender = sealed[:16], sealed[KEY_STARTS : KEY_STARTS + POINT_BYTES]
        point = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        shared = self.key.exchange(ec.ECDH(), point)
        both = b"WebPush: info\0" + self.point + sender
        secret = _derive(shared, self.secret, both, 32)
        nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
        key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        plain = AESGCM(key).decrypt(nonce, sealed[KEY_STARTS + POINT_BYTES :], None)
        told, end = plain.rstrip(b"\0")[:-1], plain.rstrip(b"\0")[-1]
        assert end == 2
        return told

    def read(self, sealed: bytes) -> Any:
        """Return what it is told, as JSON has it."""
        return json.loads(self.open(sealed))


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(secret)


def read_signature(authorization: str) -> tuple[dict[str, Any], str]:
    """Return what is signed for a push service, and the key that has signed it, once it is seen."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    said = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _, signature = said["t"].rpartition(".")
    r, s = padded(signature)[:32], padded(signature)[32:]
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, padded(said["k"]))
    together = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    key.verify(together, signed.encode(), ec.ECDSA(SHA256()))
    head, claims = (json.loads(padded(part)) for part in signed.split("."))
    assert head["alg"] == "ES256"
    return claims, said["k"]
