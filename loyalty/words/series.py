"""What series of plaques are called in the reader's language."""

from collections.abc import Iterable

from loyalty.models import ShopSeries
from loyalty.services.community.names import names_of
from loyalty.words.honours import name_for_reader


def series_called(name: str, known: Iterable[ShopSeries]) -> str:
    """Return what the series of a shop is called, which it names in zh-Hans; that, if it is gone.

    Args:
        known: the series of its community.
    """
    return next((series_name(one) for one in known if one.name == name), name)


def series_name(series: ShopSeries) -> str:
    """Return the name of a series in the reader's language."""
    return name_for_reader(names_of(series))
