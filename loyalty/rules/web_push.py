"""What a browser hands over so that it can be told something by the push service of its maker."""

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from loyalty.rules.messages import find_address_fault

LONGEST_ENDPOINT = 1000
"""Letters. What the push services of 2026 give is below 500."""

POINT_BYTES, SECRET_BYTES = 65, 16
"""Of the device's key on the curve P-256, and of the secret beside it (RFC 8291)."""
_UNCOMPRESSED = 4
"""With which a key begins whose both coordinates are written."""

_USUAL_PORT = 443

_UNPADDED = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Device:
    """A browser on some device, under the names the Push API has for it."""

    endpoint: str = field(repr=False)
    """Where its push service takes what is meant for it; known to nobody else."""
    p256dh: str = field(repr=False)
    """Its public key, for which a message is sealed."""
    auth: str = field(repr=False)
    """A secret it shares with whoever may seal one."""

    @property
    def point(self) -> bytes:
        """Return the public key."""
        return read_unpadded(self.p256dh)

    @property
    def secret(self) -> bytes:
        """Return the secret."""
        return read_unpadded(self.auth)

    @property
    def service(self) -> str:
        """Return its push service: the host, with its port where that is not the usual one."""
        parts = urlsplit(self.endpoint)
        port = "" if parts.port in {None, _USUAL_PORT} else f":{parts.port}"
        return f"{parts.hostname}{port}"

    @property
    def audience(self) -> str:
        """Return for whom a signature is meant: the push service, as an origin (RFC 8292)."""
        return f"https://{self.service}"


def is_of_a_browser(device: Device) -> bool:
    """Return whether this can be what a browser has handed over.

    Whether the key lies on the curve, and where the host leads, is seen when something is sent.
    """
    if find_address_fault(device.endpoint, longest=LONGEST_ENDPOINT):
        return False
    if ":" in (urlsplit(device.endpoint).hostname or ":"):
        return False
    try:
        point, secret = device.point, device.secret
    except ValueError:
        return False
    return len(point) == POINT_BYTES and point[0] == _UNCOMPRESSED and len(secret) == SECRET_BYTES


def read_unpadded(text: str) -> bytes:
    """Return bytes that are written as base64url, without its end.

    Raises:
        ValueError: it is not written so.
    """
    if not _UNPADDED.fullmatch(text):
        raise ValueError("No base64url.")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
