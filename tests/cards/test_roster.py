from base64 import b64decode
from collections import Counter
from hashlib import sha256

from loyalty.cards.roster import MARK_BYTES, SALT_BYTES, SECRET_BYTES, RosterMarker

SALT = b"salt" * (SALT_BYTES // 4)
MARKER = RosterMarker(SALT, b"s" * SECRET_BYTES)
SERIALS = [f"{place * 7919:012}" for place in range(1, 2561)]


def unkept_of(marker: RosterMarker, serial: str) -> int:
    """Find the byte that went into a mark, as a till does: by trying."""
    [found] = [
        byte
        for byte in range(256)
        if sha256(serial.encode() + bytes([byte]) + marker.salt).digest()[:MARK_BYTES]
        == marker.mark(serial)
    ]
    return found


def test_a_mark_is_four_bytes_of_serial_unkept_byte_and_salt() -> None:
    assert len(MARKER.mark(SERIALS[0])) == 4
    assert 0 <= unkept_of(MARKER, SERIALS[0]) < 256


def test_the_same_serial_has_the_same_mark_again() -> None:
    again = RosterMarker(SALT, b"s" * SECRET_BYTES)

    assert [again.mark(one) for one in SERIALS] == [MARKER.mark(one) for one in SERIALS]


def test_the_salt_does_not_tell_the_unkept_byte() -> None:
    """Whoever has the secret of another community, or none, has each byte to try."""
    other = RosterMarker(SALT, b"t" * SECRET_BYTES)

    same = [one for one in SERIALS if other.mark(one) == MARKER.mark(one)]

    assert 1 <= len(same) <= 30


def test_unkept_bytes_are_spread_over_all_values() -> None:
    counted = Counter(unkept_of(MARKER, serial) for serial in SERIALS[:512])

    assert len(counted) > 180
    assert max(counted.values()) < 12


def test_marks_are_joined_in_an_order_that_tells_nothing() -> None:
    joined = b64decode(MARKER.join_marks(SERIALS[:50]))
    marks = [joined[at : at + MARK_BYTES] for at in range(0, len(joined), MARK_BYTES)]

    assert marks == sorted(MARKER.mark(one) for one in SERIALS[:50])
    assert MARKER.join_marks(reversed(SERIALS[:50])) == MARKER.join_marks(SERIALS[:50])


def test_a_secret_is_not_shown_where_a_marker_is_printed() -> None:
    assert "secret" not in repr(MARKER)
