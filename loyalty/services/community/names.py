"""What a community names itself, in up to three languages: honours, series, contributions."""

from collections.abc import Iterable, Mapping

from loyalty.models import ContributionKind, Honour, ShopSeries
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.errors import AlreadyExistsError

Named = ContributionKind | Honour | ShopSeries


def names_of(named: Named) -> Mapping[str, str]:
    """Return what something is called, by language; in zh-Hans where it has no name in another."""
    return {
        "zh_Hans": named.name,
        "zh_Hant": named.name_zh_hant or named.name,
        "en": named.name_en or named.name,
    }


def refuse_taken_code(known: Iterable[Named], code: str, *, noun: str) -> None:
    """Refuse a code that another has."""
    if code in {one.code for one in known}:
        raise AlreadyExistsError(f"There is {noun} {code} already.")


def refuse_taken_name(others: Iterable[Named], name: str, *, noun: str) -> None:
    """Refuse a name that differs from another's in nothing but blanks, case or width."""
    key = make_reference_key(name)
    if key and key in {make_reference_key(one.name) for one in others}:
        raise AlreadyExistsError(f"There is {noun} with this name already.")
