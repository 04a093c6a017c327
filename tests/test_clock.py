"""On whose wall clock an instant is told."""

from datetime import UTC, datetime

import pytest

from loyalty.clock import as_local


def test_an_instant_is_told_on_the_clock_of_the_community() -> None:
    midnight = as_local(datetime(2026, 12, 9, 16, tzinfo=UTC), "Asia/Shanghai")

    assert midnight.isoformat() == "2026-12-10T00:00:00+08:00"


def test_an_hour_of_no_zone_is_none() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        as_local(datetime(2026, 12, 9, 16), "Asia/Shanghai")  # noqa: DTZ001  # on purpose
