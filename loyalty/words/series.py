"""What series of plaques are called in the reader's language."""

from loyalty.models import ShopSeries
from loyalty.services.community.series import names_of_series
from loyalty.words.honours import name_for_reader


def series_name(series: ShopSeries) -> str:
    """Return the name of a series in the reader's language."""
    return name_for_reader(names_of_series(series))
