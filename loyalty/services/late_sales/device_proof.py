"""Which device made a late sale, and after which other one. The law is docs/offline.md."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from loyalty.rules.offline import encode_for_signing

HIGHEST_NUMBER = 2**31 - 1

_POINT = re.compile(r"[A-Za-z0-9_-]{87}")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HALF = 32
"""Bytes of each of the two numbers in a signature."""


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """What a device says of a late sale it has signed."""

    number: int
    """Counted by the device from 1 on."""
    digest: bytes
    """SHA-256 of what was signed."""
    previous: bytes
    """The digest of the sale before."""


def device_key(text: str) -> EllipticCurvePublicKey:
    """Return the public key of a device.

    Args:
        text: the uncompressed point of P-256, 65 bytes, in base64url without padding.

    Raises:
        ValueError: it is anything else, or lies beside the curve.
    """
    if not _POINT.fullmatch(text):
        raise ValueError("A device's key has 87 letters of base64url.")
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _decoded(text))


def proof_of(item: Mapping[str, Any], key: EllipticCurvePublicKey) -> DeviceProof | None:
    """Return what proves a late sale to be a device's own; None where nothing does.

    Args:
        item: as uploaded, and found to be a late sale.
    """
    match item.get("device"):
        case {"number": int(number), "previous": str(previous), "signature": str(letters), **rest}:
            sound = _DIGEST.fullmatch(previous) and _SIGNATURE.fullmatch(letters) and not rest
            if isinstance(number, bool) or not 0 < number <= HIGHEST_NUMBER or not sound:
                return None
        case _:
            return None
    signed = encode_for_signing(item)
    try:
        signature = _decoded(letters)
        halves = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
        key.verify(encode_dss_signature(*halves), signed, ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return None
    return DeviceProof(number, sha256(signed).digest(), bytes.fromhex(previous))


def _decoded(letters: str) -> bytes:
    """Return the bytes of base64url without padding.

    Raises:
        ValueError: the letters are another spelling of the same bytes.
    """
    raw = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != letters:
        raise ValueError("The last letter has bits to spare.")
    return raw
