from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, current_thread
from time import process_time
from typing import Any

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn import matching

from loyalty.services.errors import CommonPasswordError, ValueRefusedError
from loyalty.services.staff import passwords
from loyalty.services.staff.passwords import (
    hash_new_password,
    hash_password,
    password_matches,
)

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

    # In turns, and the least of some: no other work of the machine is counted.
    unknown, known = zip(*((_seconds(None), _seconds(kept)) for _ in range(3)), strict=True)
    assert 0.2 < min(unknown) / min(known) < 5


def _seconds(kept: str | None) -> float:
    start = process_time()
    password_matches("wrong", kept)
    return process_time() - start


@pytest.mark.parametrize(
    "password",
    ["password1234", "qwertyuiop12", "123456789012", "x" * 12, "1qaz2wsx3edc", "woaini520520"],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(CommonPasswordError):
        hash_new_password(password, about=())


def test_what_others_know_of_the_account_is_tried_first_too() -> None:
    about = ("xuemei", "单雪梅", "shanxuemei", "tianyuan")

    assert hash_new_password("tianyuanxuemei", about=())
    with pytest.raises(CommonPasswordError):
        hash_new_password("tianyuanxuemei", about=about)


def test_two_who_choose_at_once_are_each_judged_by_what_is_known_of_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, other_done, other = Event(), Event(), current_thread()
    omnimatch = matching.omnimatch

    def wait_for_the_other(password: str, dictionaries: dict[str, Any]) -> Any:
        if current_thread() is not other:
            begun.set()
            other_done.wait(0.5)  # In vain where one is judged after the other.
        return omnimatch(password, dictionaries)

    monkeypatch.setattr(matching, "omnimatch", wait_for_the_other)
    with ThreadPoolExecutor(1) as pool:
        known = pool.submit(hash_new_password, "tianyuanxuemei", about=("xuemei", "tianyuan"))
        assert begun.wait(120)
        unknown = hash_new_password("tianyuanxuemei", about=())
        other_done.set()
        refusal = known.exception(120)

    assert isinstance(refusal, CommonPasswordError)
    assert password_matches("tianyuanxuemei", unknown)


@pytest.mark.parametrize(("length", "works"), [(11, False), (12, True)])
def test_a_password_has_twelve_characters(length: int, *, works: bool) -> None:
    password = "kV7#mQ2!xZ9pLw"[:length]

    if works:
        assert password_matches(password, hash_new_password(password, about=()))
    else:
        with pytest.raises(ValueRefusedError):
            hash_new_password(password, about=())


@pytest.mark.parametrize(
    "password", ["长安街上的老槐树开花了吗", "correct horse battery staple" * 9]
)
def test_words_of_any_language_make_a_password_and_long_ones_are_not_cut(password: str) -> None:
    kept = hash_new_password(password, about=())

    assert password_matches(password, kept)
    assert not password_matches(password[:-1], kept)
