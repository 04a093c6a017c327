"""More cards on paper than are drawn at once: a batch, drawn part by part by the worker."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from loyalty.models import Job
from loyalty.services.cards.sheets import MOST_CARDS, PrintCards, cards_to_print
from loyalty.services.jobs import JobKind, enqueue_job
from loyalty.services.work import Work

MOST_IN_A_BATCH = 10_000
"""A thousand sheets of paper, front and back."""


def begin_batch(
    work: Work, wanted: PrintCards, how: Mapping[str, Any], *, at_once: int = MOST_CARDS
) -> Job:
    """Write down which cards are to be drawn, and how.

    Args:
        work: of whoever prints them.
        wanted: which ones.
        how: they stand on the paper, as `loyalty/printing/card_batch.py` reads it.
        at_once: how many cards a file has.

    Raises:
        UnknownRecordError: the community has no such round, or not all of these cards.
        CardsOffSheetError: some of them do not work; it names them.
        TooManyCardsError: more than `MOST_IN_A_BATCH`.
        ValueRefusedError: there are none.
    """
    cards = cards_to_print(work, wanted, most=MOST_IN_A_BATCH)
    ids = [str(one.card.id) for one in cards]
    asked = {"card_ids": ids, "how": dict(how), "at_once": at_once}
    return enqueue_job(work, JobKind.CARD_BATCH, asked, total=len(ids))


def next_ids(job: Job) -> Sequence[UUID]:
    """Return the cards of the next part of a batch."""
    ids: list[str] = job.wanted["card_ids"]
    return [UUID(one) for one in ids[job.done : job.done + int(job.wanted["at_once"])]]


def part_of(job: Job) -> int:
    """Return the number of the next part of a batch, from 1."""
    return job.done // int(job.wanted["at_once"]) + 1
