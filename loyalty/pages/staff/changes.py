"""Changing a record in a form: what differs is stored, and nobody overwrites another unseen."""

from typing import Any

from flask import flash
from flask_babel import gettext
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField

from loyalty.database import Versioned
from loyalty.pages.forms import Form, WrittenField
from loyalty.pages.values import listed
from loyalty.rules.verdict import Tone
from loyalty.services.errors import StaleRecordError
from loyalty.words.refusals import refusal_in_words


class ChangeForm(Form):
    """A record as it was read, to be changed; its fields are called as the columns are."""

    version = HiddenField()


def is_ready(form: ChangeForm, record: Versioned) -> bool:
    """Return whether a form was sent that makes sense and changes the record as it is now.

    If another person changed the record meanwhile, this is said, and beside each field that
    differs what is stored. What was typed stays: sent once more, it holds.
    """
    if not form.is_submitted():
        return False
    if form.version.data == str(record.version):
        return bool(form.validate()) and _changes_something(form)
    flash(refusal_in_words(StaleRecordError()), Tone.UNSURE)
    form.version.data = record.version
    for field in _differing(form):
        stored = in_words(field, field.object_data)
        field.errors = [gettext("现在存的是：%(stored)s", stored=stored)]
    return False


def new_values(form: ChangeForm) -> dict[str, Any]:
    """Return what was typed, by column, where it differs from what is stored."""
    return {field.name: field.data for field in _differing(form)}


def changes_in_words(form: ChangeForm) -> list[tuple[str, str, str]]:
    """Return each change as label, what is stored, and what was typed."""
    return [
        (field.label.text, in_words(field, field.object_data), in_words(field, field.data))
        for field in _differing(form)
    ]


def in_words(field: Field, value: Any) -> str:
    """Return a value as the form offers it or has it written."""
    if isinstance(field, SelectMultipleField):
        chosen = [str(one.label) for one in field.choices if one.value in value]
        return listed(chosen) or str(gettext("没有"))
    if isinstance(field, SelectField):
        offered = {field.coerce(one.value): one.label for one in field.choices}
        return str(offered.get(value, value))
    if isinstance(field, BooleanField):
        return str(gettext("是") if value else gettext("否"))
    if value is None:
        return str(gettext("空着"))
    return str(field.write(value)) if isinstance(field, WrittenField) else str(value)


def _changes_something(form: ChangeForm) -> bool:
    if not _differing(form):
        flash(gettext("没有改动。"), Tone.UNSURE)
        return False
    return True


def _differing(form: ChangeForm) -> list[Field]:
    kept = {"csrf_token", "version", "reason"}
    return [one for one in form if one.name not in kept and one.data != one.object_data]
