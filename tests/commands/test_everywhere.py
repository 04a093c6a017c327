"""What the worker does in every community: one in which it fails keeps no other from it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from loyalty.commands import housekeeping, work
from loyalty.commands.everywhere import do_everywhere
from loyalty.commands.session import opened
from loyalty.commands.work import _work_on
from loyalty.settings import Settings
from tests.commands.running import Operator
from tests.given import given_community

ONE, OTHER = (uuid4(), "dongshi"), (uuid4(), "xishi")
SECRET_TEXT = "王小明"


def away() -> OperationalError:
    return OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def test_each_is_asked_until_it_has_no_more_to_do() -> None:
    left, done = {ONE[0]: 2, OTHER[0]: 0}, []

    def do_some(community_id: UUID) -> bool:
        done.append(community_id)
        left[community_id] -= 1
        return left[community_id] >= 0

    do_everywhere([ONE, OTHER], do_some, failure="%s")

    assert done == [ONE[0]] * 3 + [OTHER[0]]


def test_one_that_fails_is_named_without_what_it_recorded_and_the_next_has_its_turn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = []

    def do_some(community_id: UUID) -> bool:
        done.append(community_id)
        if community_id == ONE[0]:
            raise ValueError(SECRET_TEXT)
        return False

    do_everywhere([ONE, OTHER], do_some, failure="folding %s has failed")

    assert done == [ONE[0], OTHER[0]]
    assert "folding dongshi has failed: ValueError" in caplog.text
    assert SECRET_TEXT not in caplog.text


def test_where_the_database_is_away_no_other_is_tried() -> None:
    done = []

    def do_some(community_id: UUID) -> bool:
        done.append(community_id)
        raise away()

    with pytest.raises(OperationalError):
        do_everywhere([ONE, OTHER], do_some, failure="%s")

    assert done == [ONE[0]]


@pytest.mark.parametrize("error", [away(), ValueError(SECRET_TEXT)])
def test_a_house_that_cannot_be_kept_is_named_unless_the_database_is_away(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with opened(operator.database) as session:
        given_community(session, slug="dongshi")
    monkeypatch.setattr(housekeeping, "keep_house", raising(error))
    settings = Settings.from_env(operator.environ)

    if isinstance(error, ValueError):
        assert housekeeping.keep_every_house(settings).failed == ["dongshi"]
        return
    with pytest.raises(OperationalError):
        housekeeping.keep_every_house(settings)


DEEDS = [
    (work.fold_books, "fold_every_book", "the sums of the book"),
    (work.continue_chains, "link_every_record", "the chain of what was recorded"),
    (work.keep_houses, "keep_every_house", "the housekeeping has failed"),
]


@pytest.mark.parametrize(("deed", "part", "told"), DEEDS)
def test_what_fails_beside_the_jobs_stops_none_of_them(
    app: Flask,
    deed: Callable[[], None],
    part: str,
    told: str,
    *,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(work, part, raising(ValueError()))

    deed()

    assert (told in caplog.text, bool(app)) == (True, True)


@pytest.mark.parametrize(("deed", "part", "told"), DEEDS)
def test_that_the_database_is_away_is_told_to_the_worker_which_waits_for_it(
    app: Flask, deed: Callable[[], None], part: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, part, raising(away()))

    with pytest.raises(OperationalError):
        deed()

    assert (bool(told), bool(app)) == (True, True)


def look_until_it_waits(
    app: Flask, monkeypatch: pytest.MonkeyPatch, *, times: int, done: list[str]
) -> None:
    """Let a worker look for work, and note in what is done when it waits; then Ctrl-C."""

    def sleep(_: float) -> None:
        done.append("waits")
        if done.count("waits") == times:
            raise KeyboardInterrupt

    monkeypatch.setattr(work, "time", SimpleNamespace(sleep=sleep))
    with pytest.raises(KeyboardInterrupt):
        _work_on(app)


def noting(deed: Callable[[], None], done: list[str]) -> Callable[[], None]:
    """Do it, once it is noted."""

    def note() -> None:
        done.append(deed.__name__)
        deed()

    return note


@pytest.mark.usefixtures("clock")
def test_a_worker_keeps_house_later_than_it_folds_links_and_tidies(
    app: Flask, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in operator.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(work, "FIRST", 2)
    done: list[str] = []
    for name in ("tidy_up", "fold_books", "continue_chains", "keep_houses"):
        own = getattr(work, name)
        monkeypatch.setattr(work, name, noting(own, done))

    look_until_it_waits(app, monkeypatch, times=3, done=done)

    assert done == [
        "tidy_up", "fold_books", "continue_chains", "waits", "waits", "keep_houses", "waits"
    ]  # fmt: skip


def test_a_worker_whose_database_is_away_looks_again_and_goes_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(work, "claim_job", raising(away()))
        look_until_it_waits(app, patch, times=2, done=[])

    assert caplog.text.count("the database is away: OperationalError") == 2
    assert not work.carry_out_next()


def test_a_worker_ends_by_whatever_is_no_database_away(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "tidy_up", raising(ValueError("broken")))

    with pytest.raises(ValueError, match="broken"):
        _work_on(app)
