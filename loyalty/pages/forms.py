"""Forms as they arrive: trimmed lines of text, faults told in the reader's language."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import LazyString, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from flask_wtf.file import FileField, FileRequired
from flask_wtf.form import _Auto
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    EqualTo,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import CheckboxInput

from loyalty.pages.late_forms import is_shown_again, token_of_form
from loyalty.rules import typed_text
from loyalty.rules.money import MAX_FEN, format_yuan, parse_yuan
from loyalty.services.deeds.points import format_points, parse_points

LONGEST_LINE = 200
LONGEST_NUMBER = 9
"""Digits of a version, or of a number that counts up as one does."""

NEEDED = lazy_gettext("请填写这一项。")
TOO_LONG = lazy_gettext("太长了，最多%(max)d个字。")
UNUSABLE = lazy_gettext("有看不见的控制字符，请重新输入。")
NOT_THE_SAME = lazy_gettext("两次填的密码不一样，请再填一遍。")
NO_NUMBER = lazy_gettext("请填整数。")
NO_DAY = lazy_gettext("请填一个日期。")
NOT_OFFERED = lazy_gettext("请从列表中选一项。")
NO_AMOUNT = lazy_gettext("请填金额，比如200或12.50，最多%(most)s元。", most=f"{MAX_FEN // 100:,}")
NO_CODE = lazy_gettext("请用小写字母、数字和下划线，字母开头，最多40个。")
NO_POINTS = lazy_gettext("请填分数，比如1或1.5，最多1000分。")
TOO_LARGE = lazy_gettext("这个文件超过8兆，请换小一点的再选。")

LARGEST_CHOSEN = 8_000_000
"""Bytes of a file that a browser lets be sent: it fits into 8 MiB with what is typed."""


class _TokenOfForm(_FlaskFormCSRF):  # type: ignore[misc]  # the library has no types
    """Draws the token with the account that the form is for."""

    def generate_csrf_token(self, csrf_token_field: Any) -> str:  # noqa: ARG002  # the library's
        """Return what stands in the form's hidden field."""
        return token_of_form()


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form of ours, guarded by its token."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the library has no types
        """The library's own translations know one Chinese; ours know both."""

        locales = False
        csrf_class = _TokenOfForm

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Return what was typed, too, where a form is shown again that came in too late."""
            if is_shown_again() and formdata is _Auto:
                return request.form
            return super().wrap_formdata(form, formdata)

    def asked(self) -> list[Field]:
        """Return the fields that somebody fills in: all but the token, and what is hidden."""
        return [field for field in self if not isinstance(field, HiddenField)]


def text_field(label: LazyString, *, needed: bool = True, longest: int = LONGEST_LINE) -> Any:
    """Return a field for one line of text; empty is None where it is not needed."""
    return StringField(label, filters=[_tidy], validators=_line_validators(longest, needed=needed))


def person(label: LazyString, *, needed: bool = True) -> Any:
    """Return a field for a person's name; what has no letter is empty."""
    return _line_of(label, typed_text.clean_person_name, typed_text.make_name_key, needed=needed)


def label_field(label: LazyString, *, needed: bool = True) -> Any:
    """Return a field for what a thing, a home or a household is called."""
    return _line_of(label, typed_text.clean_label, typed_text.make_reference_key, needed=needed)


def code(label: LazyString) -> Any:
    """Return a field for the code of something new, as programs read it."""
    return StringField(
        label,
        filters=[lambda typed: typed_text.clean_code(typed) if typed else None],
        validators=[DataRequired(NEEDED), Regexp(typed_text.CODE, message=NO_CODE)],
    )


def password(label: LazyString, *, needed: bool = True) -> Any:
    """Return a field for a password, which is never shown again; empty is None."""
    return PasswordField(
        label,
        filters=[lambda typed: typed or None],
        validators=[_presence(needed), Length(max=LONGEST_LINE, message=TOO_LONG)],
    )


def repeated_password(label: LazyString, first: str) -> Any:
    """Return a field for a new password once more, since nobody sees what is typed.

    Args:
        first: the name of the field in which it was typed first.
    """
    validators = [InputRequired(NEEDED), EqualTo(first, NOT_THE_SAME)]
    return PasswordField(label, validators=validators)


def passage(label: LazyString, *, longest: int, needed: bool = True) -> Any:
    """Return a field for some sentences, in as many lines as they take; empty is None."""
    validators = _line_validators(longest, needed=needed)
    return TextAreaField(label, filters=[_with_line_feeds, _tidy], validators=validators)


def whole_number(
    label: LazyString | str,
    least: int,
    most: int,
    *,
    default: int | None = None,
    needed: bool = False,
) -> Any:
    """Return a field for a whole number between two ends, both included; empty is None."""
    message = lazy_gettext("请填%(least)d到%(most)d的整数。", least=least, most=most)
    return _WholeNumberField(
        label,
        default=default,
        validators=[_presence(needed), NumberRange(least, most, message)],
        render_kw={"inputmode": "numeric"},
    )


def calendar_day(label: LazyString, *, needed: bool = True) -> Any:
    """Return a field for a date; empty is None."""
    return _DayField(label, validators=[_presence(needed)])


def amount(label: LazyString) -> Any:
    """Return a field for an amount above 0 that is typed in yuan, in fen; empty is None."""
    return WrittenField(label, parse_yuan, format_yuan, NO_AMOUNT, validators=[Optional()])


def points(label: LazyString, *, needed: bool = True) -> Any:
    """Return a field for points, in hundredths; empty is None."""
    validators = [_presence(needed)]
    return WrittenField(label, parse_points, format_points, NO_POINTS, validators=validators)


def choice(
    label: LazyString,
    offered: Mapping[str, object] = MappingProxyType({}),
    *,
    default: str | None = None,
    coerce: Callable[[Any], object] = str,
) -> Any:
    """Return a field for one of the codes offered; a view may offer them later.

    Args:
        coerce: reads the value out of a code.
    """
    return SelectField(
        label,
        choices=options(offered),
        default=default,
        coerce=coerce,
        invalid_value_message=NOT_OFFERED,
        invalid_choice_message=NOT_OFFERED,
    )


def record(label: LazyString) -> Any:
    """Return a field for one of the records that a view offers by their ids; none is None."""
    return choice(label, coerce=_id_in)


def pick(label: LazyString, offered: Mapping[str, object], *, default: str | None = None) -> Any:
    """Return a field for one of a few codes that can all be seen; one is needed.

    Args:
        default: the one that is picked at first.
    """
    return RadioField(
        label,
        choices=options(offered),
        default=default,
        validators=[] if default else [InputRequired(NEEDED)],
        invalid_value_message=NOT_OFFERED,
        invalid_choice_message=NOT_OFFERED,
    )


def ticks(label: LazyString, *, needed: bool = False) -> Any:
    """Return a field for any of the codes that a view offers, each with a box to tick."""
    return SelectMultipleField(
        label,
        option_widget=CheckboxInput(),
        validators=[_some_ticked] if needed else [],
        invalid_choice_message=NOT_OFFERED,
    )


class WrittenField(StringField):  # type: ignore[misc]  # the library has no types
    """A number that people write otherwise than it is stored."""

    def __init__(
        self,
        label: LazyString,
        read: Callable[[str], int],
        write: Callable[[Any], str],
        fault: LazyString,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, render_kw={"inputmode": "decimal"}, **kwargs)
        self.read, self.write, self.fault = read, write, fault

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, full-width signs too."""
        typed = "".join(valuelist[:1])
        plain = typed_text.fold(typed)
        try:
            self.data = self.read(plain) if plain else None
        except ValueError as fault:
            raise ValueError(self.fault) from fault

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class _InOurWords:
    """The library's fields tell of what they cannot read in English alone."""

    fault: LazyString

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]  # the library's field has it
        except ValueError as fault:
            raise ValueError(self.fault) from fault


class _WholeNumberField(_InOurWords, IntegerField):  # type: ignore[misc]  # the library has no types
    fault = NO_NUMBER


class _DayField(_InOurWords, DateField):  # type: ignore[misc]  # the library has no types
    fault = NO_DAY


def options(offered: Mapping[str, object]) -> list[SelectChoice]:
    """Return what a list offers: a name for each code."""
    return [SelectChoice(code, name) for code, name in offered.items()]


def _line_of(
    label: LazyString, form: Callable[[str], str], key: Callable[[str], str], *, needed: bool
) -> Any:
    def tidy(text: str | None) -> str | None:
        return form(text) if text and key(text) else None

    validators = _line_validators(LONGEST_LINE, needed=needed)
    return StringField(label, filters=[tidy], validators=validators)


def _line_validators(longest: int, *, needed: bool = True) -> list[Any]:
    return [
        DataRequired(NEEDED) if needed else Optional(),
        Length(max=longest, message=TOO_LONG),
        _refuse_controls,
    ]


def _id_in(code: UUID | str) -> UUID | None:
    return UUID(str(code)) if code else None


def _presence(needed: bool) -> Any:  # noqa: FBT001  # named by the callers
    return InputRequired(NEEDED) if needed else Optional()


def _some_ticked(_: Form, field: Any) -> None:
    # The library's own validator makes browsers ask for a tick in every box.
    if not field.data:
        raise ValidationError(NEEDED)


def _tidy(text: str | None) -> str | None:
    return typed_text.clean_passage(text) or None if text else None


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


class TableField(FileField):  # type: ignore[misc]  # the library has no types
    """The file of a table; the browser offers every kind that is read."""

    def __init__(self, label: LazyString, **of_the_form: Any) -> None:
        kinds = of_files(".xlsx,.xls,.csv,.txt")
        super().__init__(label, [FileRequired(NEEDED)], render_kw=kinds, **of_the_form)


def of_files(kinds: str) -> dict[str, Any]:
    """Return what a browser is told of a field for files: their kinds, and how large one may be.

    It tells a file that is too large when it is chosen (`file-size.js`): a server can only tell
    when all has been sent, and then what was typed is lost.
    """
    return {"accept": kinds, "data-largest": LARGEST_CHOSEN, "data-too-large": TOO_LARGE}


def hidden_number(text: str | None) -> int:
    """Return a number that stood in a hidden field; 0, which none is, where it is none of ours."""
    is_ours = re.fullmatch(rf"[0-9]{{1,{LONGEST_NUMBER}}}", text or "")
    return int(is_ours[0]) if is_ours else 0
