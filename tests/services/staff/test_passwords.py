from collections.abc import Iterator
from time import perf_counter

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from loyalty.services.staff import passwords
from loyalty.services.staff.passwords import hash_password, password_matches

PASSWORD = "eine lange Zeile 好的"

AS_SERVED = passwords._hasher  # noqa: SLF001  # other tests hash at a lower cost


@pytest.fixture(autouse=True, scope="module")
def _as_served() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", AS_SERVED)
        passwords._hash_of_nothing.cache_clear()  # noqa: SLF001  # it was hashed as cheaply
        yield
    passwords._hash_of_nothing.cache_clear()  # noqa: SLF001  # it outlives the patch


def test_a_password_costs_whoever_guesses_what_rfc_9106_asks() -> None:
    assert extract_parameters(hash_password(PASSWORD)) == RFC_9106_LOW_MEMORY


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
