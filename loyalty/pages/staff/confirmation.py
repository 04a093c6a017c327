"""What is about to be done, repeated back in words, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask_babel import lazy_gettext

from loyalty.pages.forms import Form, passage
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.words.steps import StepWords


class ConfirmationForm(Form):
    """A step that needs nothing but a yes."""


class ReasonForm(Form):
    """A step that is taken for a reason."""

    reason = passage(lazy_gettext("理由"), longest=LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """People whom a step is about, each with what tells namesakes apart."""

    title: str
    people: Sequence[str]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a step is taken."""

    subject: str
    """Whom or what it is about."""
    words: StepWords
    back: str
    """Address of the page to return to if it is not done."""
    preview: Sequence[str] = ()
    """What it does here and now, in figures and dates, a sentence each."""
    people: Sequence[NamedPeople] = ()
    """Whom it is about, by name, where there are many."""
    version: int | None = None
    """The version of the record that was read, where another one by now is to be refused."""
    fairness: str | None = None
    """Address of the report that is to be looked at before the yes."""


def ask(question: Question, form: Form) -> str:
    """Return the page that repeats a step back and asks for the yes."""
    return render_template("staff/confirmation.html", question=question, form=form)


def holds_answers(form: Form) -> bool:
    """Return whether a form asks for more than a yes, so that a refusal must not lose it."""
    return not isinstance(form, ConfirmationForm)
