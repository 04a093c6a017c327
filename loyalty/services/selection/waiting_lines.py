"""The lines of a round that have no card yet: which of them may have one, and which must wait."""

from collections.abc import Sequence
from datetime import date

from loyalty.models import Candidate
from loyalty.rules.notice import is_notice_over
from loyalty.rules.outcome import Outcome
from loyalty.services.selection.at_work import RoundAtWork


def lines_without_card(at_work: RoundAtWork) -> Sequence[Candidate]:
    """Return who stands on the lists and has no card of the round, list by list."""
    holders = at_work.read_holders()
    return sorted(
        (
            one
            for one in at_work.candidates_who_are(Outcome.SELECTED)
            if one.resident_id not in holders
        ),
        key=lambda one: (one.list_id, one.place or 0),
    )


def ready_lines(at_work: RoundAtWork) -> list[Candidate]:
    """Return the lines without card that wait for nothing.

    Their own notice has ended, before the confirmation where the round is confirmed, and every
    objection to the person is answered.
    """
    judged_at = at_work.selection_round.confirmed_at or at_work.now
    day = judged_at.astimezone(at_work.now.tzinfo).date()
    objected = set(at_work.open_objections)
    disputed = {one.resident_id for one in at_work.candidates if one.id in objected}
    return [
        line
        for line in lines_without_card(at_work)
        if _notice_over(line, day) and line.resident_id not in disputed
    ]


def disputable_lines(at_work: RoundAtWork) -> Sequence[Candidate]:
    """Return the lines to which objections are taken in while the notice runs.

    That is all of them until the confirmation, and what was not confirmed after it.
    """
    waiting = lines_without_card(at_work)
    if at_work.selection_round.confirmed_at is None:
        return waiting
    confirmed = ready_lines(at_work)
    return [line for line in waiting if line not in confirmed]


def _notice_over(line: Candidate, day: date) -> bool:
    return line.notice_last is not None and is_notice_over(line.notice_last, day)
