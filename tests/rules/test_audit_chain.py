"""How a row of the chain is spelt: one way for each value, so that a hash can be made again."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from loyalty.rules.audit_chain import ENTRY, EVENT, encode_row

ID = UUID("01a20000-0000-7000-8000-000000000000")


def test_a_row_is_a_line_of_json_with_ids_days_and_instants_in_utc() -> None:
    noon = datetime(2026, 12, 9, 12, tzinfo=timezone(timedelta(hours=8)))

    row = encode_row(ENTRY, [ID, noon, noon.date(), 850, None, "退货"])

    assert row.decode() == (
        '["redemption","01a20000-0000-7000-8000-000000000000",'
        '"2026-12-09T04:00:00.000000+00:00","2026-12-09",850,null,"退货"]\n'
    )


def test_a_day_and_the_midnight_that_begins_it_are_spelt_differently() -> None:
    day = date(2026, 12, 9)
    midnight = datetime(2026, 12, 9, tzinfo=UTC)

    assert encode_row(EVENT, [day]) != encode_row(EVENT, [midnight])


@pytest.mark.parametrize("value", [Decimal("8.50"), b"8.50", timedelta(1)])
def test_what_has_no_one_spelling_is_never_chained(value: object) -> None:
    with pytest.raises(TypeError, match=f"A {type(value).__name__} is never chained"):
        encode_row(ENTRY, [value])
