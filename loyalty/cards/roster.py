"""The marks by which a till knows, without network, that there may be a card of some number.

A mark is four bytes of a hash: too few to say which number it is of. Beside its own, about 60,000
of the 10^12 serials have it, whoever tries them all, with whatever machine. And trying is dear: one
unkept byte and a long salt go in, so that each serial takes 256 hashes of 33 blocks.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b, sha256

MARK_BYTES = 4
SALT_BYTES = 2048
SECRET_BYTES = 32
_UNKEPT_BYTES = 1
"""A till that is given a number tries every value of it."""


@dataclass(frozen=True, slots=True)
class RosterMarker:
    """What makes the marks of one community.

    Both stay the same from pack to pack: of two packs with other marks for the same cards, a
    thief could keep the numbers that are in both, and these would be the cards.
    """

    salt: bytes
    """What a pack tells: `SALT_BYTES`, the same for all cards."""
    secret: bytes = field(repr=False)
    """What no pack tells: `SECRET_BYTES`, from which the unkept byte of each serial comes."""

    def mark(self, serial: str) -> bytes:
        """Return the mark of a serial."""
        named = serial.encode()
        unkept = blake2b(named, key=self.secret, digest_size=_UNKEPT_BYTES).digest()
        return sha256(named + unkept + self.salt).digest()[:MARK_BYTES]

    def join_marks(self, serials: Iterable[str]) -> str:
        """Return the marks of serials, sorted and joined, in base64."""
        return b64encode(b"".join(sorted(map(self.mark, serials)))).decode()
