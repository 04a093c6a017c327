"""`loyalty work`: does what takes longer than a request; `serve` has a worker of its own."""

import gc
import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from threading import Thread
from types import MappingProxyType

import click
from flask import Flask, current_app

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import utc_now
from loyalty.commands.folding import fold_every_book
from loyalty.commands.housekeeping import keep_every_house
from loyalty.commands.linking import link_every_record
from loyalty.commands.loading import loading
from loyalty.commands.messenger import start_messenger
from loyalty.commands.session import database_of, settings_of_environment
from loyalty.commands.supervisor import end_with
from loyalty.commands.upkeep import is_a_drill_due
from loyalty.commands.worker_process import run_ourselves
from loyalty.database import forget_connections, is_away, transaction
from loyalty.models import Job
from loyalty.printing.card_batch import draw_next_part
from loyalty.services.jobs import JobKind, claim_job, forget_jobs, put_off, start_work
from loyalty.services.work import Work
from loyalty.settings import Settings

CARRY_OUT: Mapping[JobKind, Callable[[Work, Job, bytes], None]] = MappingProxyType(
    {JobKind.CARD_BATCH: draw_next_part}
)
"""What each kind of job does next, with the key that seals what it makes.

The transaction around it commits, or nothing has happened.
"""

LOOKS_EVERY = 1
"""Seconds after which a worker without work looks again."""

TIDIES_EVERY = 60
"""How often it has looked when it removes what is forgotten."""

FOLDS_EVERY = 60
"""How often it has looked when it adds what was sold to the sums of the book."""

LINKS_EVERY = 3600
"""How often it has looked when it continues the chain of what was recorded."""

KEEPS_HOUSE_EVERY, FIRST = 3600, 300
"""How often it has looked when it keeps house, and keeps it first: not while others begin."""

_logger = logging.getLogger(__name__)


@click.command()
@click.option("--parent", type=int, hidden=True, help="Process with which this one ends.")
def work(parent: int | None) -> None:
    """Do what takes longer than a request, until Ctrl-C. `serve` has a worker of its own.

    It may be killed at any moment: what it was at is begun anew.
    """
    if parent is not None:
        Thread(target=end_with, args=(parent,), daemon=True).start()
    with loading():
        # By its name, for the app stands above the commands.
        app: Flask = import_module("loyalty.app").create_app(settings_of_environment())
    gc.freeze()
    start_messenger(app)
    with suppress(KeyboardInterrupt):
        _work_on(app)


def _work_on(app: Flask) -> None:
    looks = 0
    while True:
        with app.app_context():
            try:
                busy = carry_out_next()
                if looks % TIDIES_EVERY == 0:
                    tidy_up()
                if looks % FOLDS_EVERY == 0:
                    fold_books()
                if looks % LINKS_EVERY == 0:
                    continue_chains()
                if looks % KEEPS_HOUSE_EVERY == FIRST:
                    keep_houses()
            except Exception as error:
                if not is_away(error):
                    raise
                _logger.warning("the database is away: %s", type(error).__name__)
                forget_connections()
                busy = False
        looks += 1
        if not busy:
            time.sleep(LOOKS_EVERY)


def carry_out_next() -> bool:
    """Carry out the next part of the job that is due; return whether there was one."""
    with transaction() as session:
        claim = claim_job(session, now=utc_now())
    if claim is None:
        return False
    settings: Settings = current_app.extensions["loyalty.settings"]
    sealing_key = sealing_key_from(settings.secret_key)
    try:
        with transaction(claim.community_id) as session:
            started = start_work(session, claim, now=utc_now())
            if started is not None:
                mine, job = started
                CARRY_OUT[JobKind(job.kind)](mine, job, sealing_key)
    except Exception as error:
        if is_away(error):
            raise
        _logger.exception("a part of job %s has failed", claim.job_id)
        with transaction(claim.community_id) as session:
            put_off(session, claim, now=utc_now())
    return True


def keep_houses() -> None:
    """Keep house in all communities; what fails there stops no job, and is tried in an hour."""
    try:
        settings = settings_of_environment()
        keep_every_house(settings)
        if is_a_drill_due(database_of(settings), now=utc_now()):
            _start_drill()
    except Exception as error:
        if is_away(error):
            raise
        _logger.exception("the housekeeping has failed")


def _start_drill() -> None:
    """Try a restore in a process of its own, which ends with this one."""
    words = ("drill", "--if-due", "--parent", str(os.getpid()))
    # The thread alone waits for its end.
    Thread(target=run_ourselves, args=words, daemon=True).start()


def fold_books() -> None:
    """Add up what was sold; what fails there stops no job, and is tried again in a minute."""
    try:
        fold_every_book()
    except Exception as error:
        if is_away(error):
            raise
        _logger.exception("the sums of the book could not be brought on")


def continue_chains() -> None:
    """Chain what was recorded; what fails there stops no job, and is tried again in an hour."""
    try:
        link_every_record(current_app.extensions["loyalty.settings"])
    except Exception as error:
        if is_away(error):
            raise
        _logger.exception("the chain of what was recorded could not be continued")


def tidy_up() -> None:
    """Remove what is kept for a day alone."""
    with transaction() as session:
        forget_jobs(session, now=utc_now())
