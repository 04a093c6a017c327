"""The worker beside the service: killed, it loses nothing; told to end, it ends."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pypdfium2
import pytest
import time_machine
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.commands.work import carry_out_next, tidy_up
from loyalty.models import Card, Community, Job, JobFile
from loyalty.printing.card_batch import how_to_draw
from loyalty.printing.card_sheet import Printing
from loyalty.reports.sheet_layout import SheetLayout
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import group_digits, last4, number_of
from loyalty.services.cards.batches import begin_batch
from loyalty.services.cards.sheets import PrintCards
from loyalty.services.jobs import KEPT_FOR, MOST_TRIES, file_owner
from loyalty.services.sealing import unseal
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, SECRET, given_card, given_community, given_staff
from tests.serving import LONGEST_END, free_port, start, stop, until, worker_behind


def given_batch(
    session: Session, community: Community, cards: int, *, at_once: int = 2, now: datetime = NOON
) -> tuple[Job, list[Card]]:
    """A batch that somebody has asked for, of files of a few cards each.

    The cards work next month, too, which may begin before they are drawn.
    """
    month = Month.of(now.date())
    valid = {"valid_from": month.first, "valid_until": month.plus(1).last}
    made = [given_card(session, community, **valid) for _ in range(cards)]
    mine = Work(session, given_staff(session, community), now)
    how = how_to_draw(SheetLayout(start=9), Printing("en", "http://loyalty.test", now))
    wanted = PrintCards(card_ids=[card.id for card in made])
    job = begin_batch(mine, wanted, how, at_once=at_once)
    session.commit()
    return job, made


def files_of(session: Session, job: Job) -> list[JobFile]:
    session.rollback()
    query = select(JobFile).where(JobFile.job_id == job.id).order_by(JobFile.part)
    return [*session.scalars(query)]


def text_in(file: JobFile) -> str:
    assert not file.content.startswith(b"%PDF")
    owner = file_owner(file.job_id, file.part)
    content = unseal(file.content, sealing_key=SEALING_KEY, owner=owner)
    pages = pypdfium2.PdfDocument(content)
    return " ".join(page.get_textpage().get_text_range() for page in pages)


@pytest.mark.usefixtures("clock")
def test_a_batch_is_drawn_part_by_part_in_the_language_it_was_asked_for_in(
    app: Flask, session: Session, community: Community
) -> None:
    job, cards = given_batch(session, community, 5)
    assert app

    progress = []
    while carry_out_next():
        session.refresh(job)
        progress.append(job.done)

    files = files_of(session, job)
    assert progress == [2, 4, 5]
    assert [(one.part, one.first, one.last) for one in files] == [(1, 1, 2), (2, 3, 4), (3, 5, 5)]
    said = [text_in(one) for one in files]
    numbers = [group_digits(number_of(card.serial)) for card in cards]
    assert [[number in text for number in numbers].count(True) for text in said] == [2, 2, 1]
    assert all("Batch 20261209-1200" in text for text in said)


@pytest.mark.usefixtures("clock")
def test_a_card_that_is_stopped_meanwhile_is_left_out_and_counted(
    app: Flask, session: Session, community: Community
) -> None:
    job, (first, stopped, third) = given_batch(session, community, 3)
    stopped.state = "revoked"
    session.commit()
    assert app

    while carry_out_next():
        pass

    one, other = files_of(session, job)
    session.refresh(job)
    assert (job.done, job.left_out) == (3, 1)
    assert last4(stopped.serial) not in text_in(one)
    assert group_digits(number_of(first.serial)) in text_in(one)
    assert group_digits(number_of(third.serial)) in text_in(other)


@pytest.mark.usefixtures("clock")
def test_a_part_that_fails_leaves_nothing_half_done_and_others_go_on(
    app: Flask, session: Session, community: Community
) -> None:
    broken, _ = given_batch(session, community, 2)
    broken.wanted = {**broken.wanted, "how": {}}
    session.commit()
    right, _ = given_batch(session, given_community(session), 2)
    assert app

    assert carry_out_next()
    assert carry_out_next()

    session.refresh(broken)
    session.refresh(right)
    assert (broken.done, broken.tries, broken.finished_at) == (0, 1, None)
    assert files_of(session, broken) == []
    assert right.finished_at is not None
    assert not carry_out_next()
    broken.next_at, broken.tries = NOON, MOST_TRIES - 1
    session.commit()
    assert carry_out_next()
    session.refresh(broken)
    assert broken.finished_at is not None


@pytest.mark.usefixtures("clock")
def test_a_job_that_kills_its_worker_each_time_stops_no_other_for_long(
    app: Flask, session: Session, community: Community
) -> None:
    deadly, _ = given_batch(session, community, 2)
    deadly.tries, deadly.next_at = MOST_TRIES, NOON - timedelta(hours=1)
    session.commit()
    right, _ = given_batch(session, given_community(session), 2)
    assert app

    assert carry_out_next()
    assert carry_out_next()

    session.refresh(deadly)
    session.refresh(right)
    assert (deadly.done, deadly.finished_at) == (0, NOON)
    assert right.done == right.total
    assert not carry_out_next()


def test_what_is_a_day_old_is_tidied_up(
    app: Flask, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    job, _ = given_batch(session, community, 2)
    assert app
    assert carry_out_next()
    tidy_up()
    assert len(files_of(session, job)) == 1

    clock.shift(KEPT_FOR)
    tidy_up()

    assert files_of(session, job) == []


@pytest.fixture
def beside(database: str) -> Iterator[Session]:
    engine = create_engine(database)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.fixture
def service(database: str, tmp_path: Path) -> Iterator[Any]:
    """`loyalty serve` on a database of its own."""
    environ = {
        "LOYALTY_DATABASE_URL": database,
        "LOYALTY_DATA_DIR": str(tmp_path),
        "LOYALTY_SECRET_KEY": SECRET,
    }
    process = start(environ, free_port())
    with ExitStack() as ending:
        ending.callback(process.wait)
        ending.callback(process.kill)
        yield process


def killed_after(session: Session, job: Job, worker: Callable[[], psutil.Process | None]) -> int:
    """Kill the worker when it has drawn something; return how much stood then."""

    def has_begun() -> bool:
        session.refresh(job)
        session.rollback()
        return job.done > 0

    until(has_begun)
    until(lambda: worker() is not None)
    victim = worker()
    assert victim is not None
    victim.kill()
    session.refresh(job)
    session.rollback()
    return job.done


def test_a_killed_worker_loses_nothing_and_an_order_to_end_is_obeyed_at_once(
    service: Any, beside: Session
) -> None:
    now = community_now("Asia/Shanghai")
    job, _ = given_batch(beside, given_community(beside), 12, at_once=4, now=now)

    done = killed_after(beside, job, lambda: worker_behind(service))
    assert done < job.total

    def is_drawn() -> bool:
        beside.refresh(job)
        beside.rollback()
        return job.finished_at is not None

    until(is_drawn)
    files = files_of(beside, job)
    assert [(one.first, one.last) for one in files] == [(at, at + 3) for at in range(1, 12, 4)]
    until(lambda: worker_behind(service) is not None)
    worker = worker_behind(service)
    assert worker is not None
    unfinished, _ = given_batch(beside, given_community(beside), 40, at_once=40, now=now)
    worker.terminate()
    worker.wait(LONGEST_END)
    beside.refresh(unfinished)
    beside.rollback()
    assert unfinished.done == 0
    stop(service)
    assert service.returncode == 0
    assert not worker.is_running()


WATCHING = """
from threading import Thread
from time import sleep
from loyalty.commands.supervisor import end_with
Thread(target=end_with, args=({parent},), daemon=True).start()
sleep(10)
"""


def test_a_worker_whose_service_was_killed_while_it_began_ends_too() -> None:
    gone = psutil.Popen([sys.executable, "-c", ""])
    gone.wait()

    watching = psutil.Popen([sys.executable, "-c", WATCHING.format(parent=gone.pid)])

    assert watching.wait() == 1
