"""The shapes the API's schemas are built from."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

import marshmallow as ma

from loyalty.database import Identified
from loyalty.rules.calendar import Month
from loyalty.rules.money import MAX_FEN
from loyalty.rules.typed_text import (
    CODE,
    clean_code,
    clean_label,
    clean_passage,
    clean_person_name,
    make_name_key,
    make_reference_key,
)

LONGEST_TEXT = 200
LARGEST_PAGE = 200

VISIBLE = r"[^\s\u0000-\u001f\u007f-\u009f]"
LETTER_OR_DIGIT = r"[^\u0000-/:-@\[-`{-\u00bf]"
"""As nearly as it is said without tables of Unicode: no blank, sign or control of Latin 1."""


def dump_columns(record: Identified) -> dict[str, Any]:
    """Return what a record holds, by the keys of its columns."""
    return {column.key: getattr(record, column.key) for column in record.__table__.c}


class Schema(ma.Schema):
    """A JSON object; members nobody asked for are refused."""

    class Meta:
        """Applies to every schema."""

        unknown = ma.RAISE

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        """Return the schema itself: nothing changes one, and each call copies what describes it."""
        return self


class Text(ma.fields.String):
    """A line of text: nothing invisible in it, neither empty nor holding control characters."""

    pattern: ClassVar[str] = VISIBLE
    """What the API's description says it must hold."""

    tidy = staticmethod(clean_passage)
    key_of: Callable[[str], str] = staticmethod(str)
    """What must not be empty, however long the text is."""

    def __init__(self, *, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        text = self.tidy(text)
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
            raise ma.ValidationError("Must not contain control characters.")
        if not 1 <= len(text) <= self.longest:
            raise ma.ValidationError(f"Must be 1 to {self.longest} characters long.")
        if not self.key_of(text):
            raise ma.ValidationError("Must hold a letter or a digit.")
        return text

    def describe(self) -> dict[str, Any]:
        """Return how the API's description tells it, in JSON Schema."""
        return {"minLength": 1, "maxLength": self.longest, "pattern": self.pattern}


class PersonName(Text):
    """A person's name, as it is shown."""

    pattern = LETTER_OR_DIGIT
    tidy = staticmethod(clean_person_name)
    key_of = staticmethod(make_name_key)


class Label(Text):
    """What a thing, a home or a household is called, as it is shown."""

    pattern = LETTER_OR_DIGIT
    tidy = staticmethod(clean_label)
    key_of = staticmethod(make_reference_key)


class KnownCode(Text):
    """The code of something the community has; whether it has, the service says."""

    tidy = staticmethod(clean_code)


class Code(ma.fields.String):
    """A code that programs read: lower-case letters, digits and underscores."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=ma.validate.Regexp(CODE), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        return clean_code(super()._deserialize(value, attr, data, **kwargs))


class Amount(ma.fields.Integer):
    """An amount in fen: a whole number, at least `least`, at most 100,000 yuan."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=ma.validate.Range(min=least, max=MAX_FEN), **kwargs)


class WholeNumber(ma.fields.Integer):
    """A whole number between two ends, both included."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=ma.validate.Range(min=least, max=most), **kwargs)


class PayPermille(WholeNumber):
    """The share of the price that is paid, in permille."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1, 1000, **kwargs)


class Flag(ma.fields.Boolean):
    """``true`` or ``false``, and nothing that merely looks like one of them."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, attr, data, **kwargs))


class MonthField(ma.fields.Field[Month]):
    """A calendar month, ``2026-12``."""

    def describe(self) -> dict[str, Any]:
        """Return how the API's description tells it, in JSON Schema."""
        return {"pattern": "^(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])$", "examples": ["2026-12"]}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002  # marshmallow names them
        return (
            None if value is None else str(value if isinstance(value, Month) else Month.of(value))
        )

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002  # marshmallow names the arguments
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> Month:
        try:
            return Month.parse(value)
        except (TypeError, ValueError) as error:
            raise ma.ValidationError("Must be a month such as 2026-12.") from error


class MomentField(ma.fields.AwareDateTime):
    """An instant, RFC 3339 with its offset."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not 2000 <= moment.year < 2200:  # noqa: PLR2004  # what a community's books can hold
            raise ma.ValidationError("Must lie between the years 2000 and 2199.")
        return moment


class PageSchema(Schema):
    """Which part of a list is wanted."""

    # A query holds text alone, so this number is not strict.
    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(min=1, max=LARGEST_PAGE))
    after = ma.fields.UUID(load_default=None, metadata={"description": "`next` of the page before"})
