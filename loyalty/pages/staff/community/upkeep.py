"""Whether the service is backed up, can be restored, and has room."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask_babel import LazyString

from loyalty.pages.staff import console
from loyalty.services.community.upkeep import Upkeep, list_upkeep
from loyalty.words.states import StateWords
from loyalty.words.upkeep import ABOUT, SUBJECTS, TROUBLES, standing_in_words, told_in_words

upkeep = console.Console("upkeep", "/policy/upkeep", only=console.MANAGERS)


@dataclass(frozen=True, slots=True)
class ShownUpkeep:
    """How one thing stands that is looked after."""

    name: LazyString
    about: LazyString
    standing: StateWords
    at: datetime | None
    """When it was looked at last, on the wall clock of the community."""
    told: str
    """What was found then."""
    trouble: LazyString | None
    """What is wrong, and who does what."""


@upkeep.get("")
def shown() -> str:
    """Show how each thing stands that is looked after."""
    with console.work() as work:
        found = list_upkeep(work.session, work.community_id, now=work.now)
    return render_template("staff/community/upkeep.html", upkeep=[_show(one) for one in found])


def _show(one: Upkeep) -> ShownUpkeep:
    return ShownUpkeep(
        SUBJECTS[one.subject],
        ABOUT[one.subject],
        standing_in_words(one),
        None if one.report is None else console.here(one.report.at),
        "" if one.report is None else told_in_words(one.report),
        None if one.trouble is None else TROUBLES[one.trouble],
    )
