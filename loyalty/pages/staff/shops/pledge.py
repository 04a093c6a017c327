"""The pledge of the community: read by its manager, and put into a new version."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from loyalty.pages.forms import Form, hidden_number, passage
from loyalty.pages.staff import console
from loyalty.rules.pledge import LONGEST_CLAUSE, MOST_CLAUSES, Clause, find_pledge_fault
from loyalty.rules.typed_text import clean_label
from loyalty.services.shops.pledges import MakePledge, list_pledges, make_pledge
from loyalty.words.pledge_faults import pledge_fault_in_words

pledge = console.Console("pledge", "/policy/pledge", only=console.MANAGERS)

LONGEST_PLEDGE = MOST_CLAUSES * (LONGEST_CLAUSE + 1)
OTHERS = ("zh_Hant", "en")
"""Languages in which a clause may be written besides."""


class PledgeForm(Form):
    """A line for each clause, in the order in which they are signed."""

    number = HiddenField()

    zh_Hans = passage(lazy_gettext("条款"), longest=LONGEST_PLEDGE)  # noqa: N815  # as the language is called
    zh_Hant = passage(  # noqa: N815  # likewise
        lazy_gettext("繁体（可不填）"), longest=LONGEST_PLEDGE, needed=False
    )
    en = passage(lazy_gettext("英文（可不填）"), longest=LONGEST_PLEDGE, needed=False)


@pledge.route("", methods=["GET", "POST"])
def shown() -> Any:
    """Show the clauses in force, a line for each; make a new version of what is typed."""
    with console.work() as work:
        versions = list_pledges(work.session, work.community_id)
    in_force = versions[0]
    form = PledgeForm(number=str(in_force.number), **_written(in_force.clauses))
    if form.validate_on_submit():
        clauses = _typed(form)
        if clauses is not None and console.attempt(
            lambda work: make_pledge(work, MakePledge(clauses, hidden_number(form.number.data))),
            gettext("新的承诺书从现在起签。以前签了的店，还照签的那一版。"),
        ):
            return redirect(url_for("staff_pledge.shown"))
        form.number.data = in_force.number
    return render_template(
        "staff/shops/pledge.html", form=form, in_force=in_force, earlier=versions[1:]
    )


def _written(clauses: Sequence[Clause]) -> dict[str, str]:
    """Return clauses as they stand in the form; a language nobody wrote stays empty."""
    written = {"zh_Hans": "\n".join(one.texts["zh_Hans"] for one in clauses)}
    for language in OTHERS:
        if any(language in one.texts for one in clauses):
            lines = (one.texts.get(language, one.texts["zh_Hans"]) for one in clauses)
            written[language] = "\n".join(lines)
    return written


def _typed(form: PledgeForm) -> list[Clause] | None:
    """Return the clauses that were typed; None, with a word beside the field, if they do not fit.

    Another language is written for each clause, or for none.
    """
    lines = {language: _lines(form[language].data) for language in ("zh_Hans", *OTHERS)}
    for language in OTHERS:
        if lines[language] and len(lines[language]) != len(lines["zh_Hans"]):
            form[language].errors = [
                gettext(
                    "这里%(here)s行，上面的条款%(there)s行。要么一行对一条，要么都空着。",
                    here=len(lines[language]),
                    there=len(lines["zh_Hans"]),
                )
            ]
            return None
    written = {language: texts for language, texts in lines.items() if texts}
    clauses = [
        Clause(dict(zip(written, texts, strict=True)))
        for texts in zip(*written.values(), strict=True)
    ]
    if faulty := find_pledge_fault(clauses):
        form.zh_Hans.errors = [pledge_fault_in_words(faulty)]
        return None
    return clauses


def _lines(text: str | None) -> list[str]:
    return [line for typed in (text or "").splitlines() if (line := clean_label(typed))]
