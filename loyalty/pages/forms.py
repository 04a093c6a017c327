"""Forms as they arrive: trimmed lines of text, faults told in the reader's language."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import LazyString, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

LONGEST_LINE = 200

NEEDED = lazy_gettext("请填写这一项。")
TOO_LONG = lazy_gettext("太长了，最多%(max)d个字。")
UNUSABLE = lazy_gettext("有看不见的控制字符，请重新输入。")
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


def choice(label: LazyString, offered: Mapping[str, object] = MappingProxyType({})) -> Any:
    """Return a field for one of the codes offered; a view may offer them later."""
    return SelectField(label, choices=options(offered), invalid_choice_message=NOT_OFFERED)


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
