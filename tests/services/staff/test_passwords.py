from time import perf_counter

import pytest

from loyalty.services.staff.passwords import hash_password, password_matches

PASSWORD = "eine lange Zeile 好的"


def test_a_password_matches_its_hash_and_no_other() -> None:
    kept = hash_password(PASSWORD)

    assert password_matches(PASSWORD, kept)
    assert not password_matches(PASSWORD + " ", kept)
    assert kept.startswith("$argon2id$")


def test_the_same_letters_spelled_otherwise_are_the_same_password() -> None:
    assert password_matches("cafe\u0301 au lait", hash_password("caf\u00e9 au lait"))


@pytest.mark.parametrize("kept", [None, "", "!", "$argon2id$"])
def test_nothing_matches_where_no_password_is_kept(kept: str | None) -> None:
    assert not password_matches("", kept)
    assert not password_matches(PASSWORD, kept)


@pytest.mark.parametrize("password", ["\ud800" * 12, "\0" * 12, "x" * 10_000])
def test_no_password_is_too_odd(password: str) -> None:
    assert password_matches(password, hash_password(password))


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    kept = hash_password(PASSWORD)
    password_matches("warm", None)

    assert 0.2 < _seconds("wrong", None) / _seconds("wrong", kept) < 5


def _seconds(password: str, kept: str | None) -> float:
    """Return the least of some measurements: the machine's other work is left out."""
    times = []
    for _ in range(3):
        start = perf_counter()
        password_matches(password, kept)
        times.append(perf_counter() - start)
    return min(times)
