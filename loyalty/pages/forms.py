"""Forms as they arrive: trimmed lines of text, faults told in the reader's language."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import LazyString, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

LONGEST_LINE = 200

NEEDED = lazy_gettext("请填写这一项。")
TOO_LONG = lazy_gettext("太长了，最多%(max)d个字。")
UNUSABLE = lazy_gettext("有看不见的控制字符，请重新输入。")
NO_NUMBER = lazy_gettext("请填整数。")
NOT_OFFERED = lazy_gettext("请从列表中选一项。")


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form of ours, guarded by its token."""

    class Meta:
        """The library's own translations know one Chinese; ours know both."""

        locales = False


def line(label: LazyString, *, needed: bool = True, longest: int = LONGEST_LINE) -> Any:
    """Return a field for one line of text; empty is None where it is not needed."""
    return StringField(label, filters=[_tidy], validators=_line_validators(needed, longest))


def passage(label: LazyString, *, needed: bool = True, longest: int) -> Any:
    """Return a field for some sentences, in as many lines as they take."""
    filters = [_with_line_feeds, _tidy]
    return TextAreaField(label, filters=filters, validators=_line_validators(needed, longest))


def whole_number(
    label: LazyString | str, least: int, most: int, *, default: int | None = None
) -> Any:
    """Return a field for a whole number between two ends, both included; empty is None."""
    message = lazy_gettext("请填%(least)d到%(most)d的整数。", least=least, most=most)
    return _WholeNumberField(
        label,
        default=default,
        validators=[Optional(), NumberRange(least, most, message)],
        render_kw={"inputmode": "numeric"},
    )


def choice(
    label: LazyString,
    offered: Mapping[str, object] = MappingProxyType({}),
    *,
    default: str | None = None,
) -> Any:
    """Return a field for one of the codes offered; a view may offer them later."""
    return SelectField(
        label, choices=options(offered), default=default, invalid_choice_message=NOT_OFFERED
    )


class _WholeNumberField(IntegerField):  # type: ignore[misc]  # the library has no types
    """The library's field tells of letters in English alone."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError as fault:
            raise ValueError(NO_NUMBER) from fault


def options(offered: Mapping[str, object]) -> list[SelectChoice]:
    """Return what a list offers: a name for each code."""
    return [SelectChoice(code, name) for code, name in offered.items()]


def _line_validators(needed: bool, longest: int) -> list[Any]:  # noqa: FBT001  # named by the callers
    return [
        DataRequired(NEEDED) if needed else Optional(),
        Length(max=longest, message=TOO_LONG),
        _refuse_controls,
    ]


def _tidy(text: str | None) -> str | None:
    return unicodedata.normalize("NFC", text).strip() or None if text else None


def _with_line_feeds(text: str | None) -> str | None:
    """Return a text with its lines ended as we store them; browsers send two characters."""
    return text.replace("\r\n", "\n") if text else None


def _refuse_controls(_: Form, field: Any) -> None:
    allowed = "\n" if isinstance(field, TextAreaField) else ""
    if any(
        unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed
        for character in field.data or ""
    ):
        raise ValidationError(UNUSABLE)
