"""What residents and programs are told: by which way, how it is signed, when it is tried.

A receiver knows a resident by a reference of its own, and learns neither name nor telephone. A
program is told events, which name no person at all.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from loyalty.rules.typed_text import fold

TRIED_FOR = timedelta(days=1)
"""How long a message is tried before it is given up; later it is no news."""

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)

EVENT_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""After each failure but the last, as Standard Webhooks 1.0 has it: ten tries in three days."""

EVENTS_WAIT = timedelta(days=3)
"""After which an event is given up whose turn to be tried did not come."""

MOST_RECEIVERS = 10
"""How many receivers of events a community has at most."""

LONGEST_ADDRESS = 500
SHORTEST_REFERENCE, LONGEST_REFERENCE = 8, 128

SECRET_PREFIX = "whsec_"  # noqa: S105  # by which people and scanners know one
_SECRET_BYTES = 32

_REFERENCE = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_REFERENCE},{LONGEST_REFERENCE}}}")
_TELEPHONE = re.compile(r"(?<![0-9])(?:86)?1[3-9][0-9]{9}(?![0-9])")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_TRANSLATED = ip_network("64:ff9b::/96")
"""Addresses of the sixth version in whose end one of the fourth stands (RFC 6052)."""


class Channel(StrEnum):
    """By which way residents are told. Codes are public: add one, never rename one."""

    SIGNED = "signed"
    """A signed call of the community's receiver, who sends it on."""
    WEB_PUSH = "web_push"
    """The browser of the resident, by the push service of its maker."""


class MessageKind(StrEnum):
    """What is told. Codes are public: add one, never rename one."""

    CARD_USED = "card_used"
    CARD_WAITING = "card_waiting"
    """A card is signed, and lies with the community."""
    TEST = "test"
    """Nobody is told: a manager tries whether the receiver answers."""
    CARD_ISSUED_EVENT = "card.issued"
    CARD_USED_EVENT = "card.used"
    CARD_LOST_EVENT = "card.lost"
    ROUND_PUBLISHED_EVENT = "round.published"
    MONTH_CLOSED_EVENT = "month.closed"


EVENTS = (
    MessageKind.CARD_ISSUED_EVENT,
    MessageKind.CARD_USED_EVENT,
    MessageKind.CARD_LOST_EVENT,
    MessageKind.ROUND_PUBLISHED_EVENT,
    MessageKind.MONTH_CLOSED_EVENT,
)
"""What programs are told. None of it names a person."""


class MessageState(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    SENT = "sent"
    UNDELIVERED = "undelivered"
    SEEN = "seen"
    """Undelivered, and staff know."""


class ReferenceFault(StrEnum):
    """Why a reference is not taken."""

    NOT_ONE = "not_one"
    TELEPHONE = "telephone"
    """A number by which somebody is known to others, too."""


class AddressFault(StrEnum):
    """Why an address is not taken."""

    NOT_ONE = "not_one"
    NOT_HTTPS = "not_https"
    HAS_MORE = "has_more"
    """A name, a password or a fragment stands in it."""
    OTHER_HOST = "other_host"
    """It leads to somebody else than whom residents have agreed to."""


def clean_reference(typed: str) -> str:
    """Return what a messenger calls somebody, as it is kept: no blanks, half width."""
    return fold(typed).replace(" ", "")


def find_reference_fault(reference: str) -> ReferenceFault | None:
    """Return why a reference is not taken; None if it is.

    Args:
        reference: from `clean_reference`.
    """
    if _TELEPHONE.search(re.sub("[_-]", "", reference)):
        return ReferenceFault.TELEPHONE
    # Digits alone may be the telephone of another country, or an identity.
    if not _REFERENCE.fullmatch(reference) or not re.search("[A-Za-z]", reference):
        return ReferenceFault.NOT_ONE
    return None


def find_address_fault(address: str, *, longest: int = LONGEST_ADDRESS) -> AddressFault | None:
    """Return why nothing is sent to an address; None if it is of the right form.

    Args:
        longest: how many letters it may have.

    Where its host leads is looked at each time something is sent.
    """
    parts = _split(address) if len(address) <= longest else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return AddressFault.NOT_ONE
    if parts.scheme != "https":
        return AddressFault.NOT_HTTPS
    if "@" in parts.netloc or "#" in address:
        return AddressFault.HAS_MORE
    return None if _HOST.fullmatch(parts.hostname) else AddressFault.NOT_ONE


def find_move_fault(address: str, new: str) -> AddressFault | None:
    """Return why messages do not go to a new address instead; None if its host is the same.

    Args:
        new: one without a fault of its own.
    """
    same = urlsplit(address).hostname == urlsplit(new).hostname
    return None if same else AddressFault.OTHER_HOST


def _split(address: str) -> SplitResult | None:
    if not (address.isascii() and address.isprintable()) or " " in address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the internet, and to no network of our own.

    One that stands for another, as where two versions of the protocol meet, is what it stands for.
    """
    found = ip_address(address.partition("%")[0])
    inner = _inner_of(found) if isinstance(found, IPv6Address) else None
    found = inner or found
    return found.is_global and not found.is_multicast


def _inner_of(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def make_message_secret() -> str:
    """Return a secret nobody has had before, spelled as Standard Webhooks 1.0 has it."""
    return SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign_message(body: bytes, secret: str, at: int) -> str:
    """Return what stands in ``Loyalty-Signature``: ``t=1796788800,v1=`` and 64 letters.

    Args:
        body: as it is sent.
        at: seconds since 1970, which are signed, too, so that an old message is known for one.
    """
    digest = hmac.digest(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={digest.hex()}"


def sign_by_standard(message_id: UUID | str, body: bytes, secret: str, at: int) -> str:
    """Return what stands in ``webhook-signature`` by Standard Webhooks 1.0: ``v1,`` and base64.

    Args:
        message_id: stands in ``webhook-id``.
        body: as it is sent.
        secret: from `make_message_secret`; one of 2026 has `-` and `_` for `+` and `/`, and no end.
        at: seconds since 1970, which stand in ``webhook-timestamp``.
    """
    spelled = secret.removeprefix(SECRET_PREFIX).replace("-", "+").replace("_", "/")
    key = b64decode(spelled + "=" * (-len(spelled) % 4))
    signed = hmac.digest(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{b64encode(signed).decode()}"


def find_wait(failures: int) -> timedelta:
    """Return how long to wait after some failures in a row: twice as long each time."""
    # Beyond the eighth it is the longest anyway, and the power stays small.
    times: int = 2 ** min(max(failures, 1) - 1, 8)
    return min(FIRST_WAIT * times, LONGEST_WAIT)


def find_event_wait(failures: int) -> timedelta | None:
    """Return how long to wait after some failures of one event; None after the last try."""
    return EVENT_WAITS[failures - 1] if failures <= len(EVENT_WAITS) else None
