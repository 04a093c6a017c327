"""The law of the ledger: what is added up is what was entered, however it is split."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.benefit import Cell, Label, Party
from loyalty.rules.calendar import Month
from loyalty.rules.money import NOTHING, yuan_in_words
from loyalty.services.demonstration.cast import create_cast
from loyalty.services.demonstration.contributions import give_what_was_reported
from loyalty.services.demonstration.story import Story
from loyalty.services.ledger.matrix import Given, sum_given
from loyalty.services.work import Work
from tests.given import NOON, given_account, given_community, given_staff
from tests.given_contributions import given_contribution

FIRST, LAST = Month(2026, 9), Month(2026, 12)

UNITS = {"promotion": "visits", "night_market": "evenings", "free_meal": "meals"}


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community), NOON)


def given_between(work: Work, first: Month, last: Month) -> Given:
    return sum_given(work, first=first, last=last, saved=NOTHING)


def sums(cells: Iterable[Cell]) -> Counter[tuple[Party, Party, Label, str]]:
    """What the cells amount to, money and each unit by itself."""
    found: Counter[tuple[Party, Party, Label, str]] = Counter()
    for cell in cells:
        place = (cell.giver, cell.receiver, cell.label)
        found[*place, "fen"] += cell.amount
        for unit, quantity in cell.quantities:
            found[*place, unit] += int(quantity * 100)
    return +found


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_is_the_sum_of_its_months_its_kinds_and_its_entries(
    session: Session, community: Community, work: Work, seed: int
) -> None:
    random = Random(seed)  # noqa: S311  # the same entries each time
    entered: Counter[tuple[Party, Party, Label, str]] = Counter()
    account = given_account(session, community).id
    for _ in range(40):
        kind = random.choice(list(UNITS))
        entry = given_contribution(
            session,
            community,
            kind=kind,
            recorded_by=account,
            giver=random.choice(list(Party)).value,
            label=random.choice(["attested", "estimated"]),
            evidence="台账",
            happened_on=date(2026, 9, 1) + timedelta(days=random.randrange(122)),
            amount_fen=random.randrange(1, 10**7),
            quantity_hundredths=random.randrange(1, 10**6),
            unit=UNITS[kind],
            state=random.choice(["counted", "counted", "waiting", "withdrawn"]),
        )
        if entry.state == "counted":
            place = (Party(entry.giver), Party(entry.receiver), Label(entry.label))
            entered[*place, "fen"] += entry.amount_fen
            entered[*place, str(entry.unit)] += entry.quantity_hundredths

    whole = given_between(work, FIRST, LAST)
    months = [given_between(work, FIRST.plus(on), FIRST.plus(on)) for on in range(4)]

    assert sums(whole.matrix) == entered
    assert sums(cell for month in months for cell in month.matrix) == entered
    assert sums(share.cell for share in whole.by_kind) == entered
    assert sum(share.entries for share in whole.by_kind) == sum(
        share.entries for month in months for share in month.by_kind
    )


def test_the_first_and_the_last_day_of_a_month_are_of_it(
    session: Session, community: Community, work: Work
) -> None:
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)):
        given_contribution(session, community, happened_on=day)

    (share,) = given_between(work, Month(2026, 11), Month(2026, 11)).by_kind

    assert (share.entries, share.cell.amount) == (2, 200)


def test_what_another_community_was_given_counts_nowhere_here(session: Session, work: Work) -> None:
    given_contribution(session, given_community(session))

    assert given_between(work, FIRST, LAST).by_kind == []


def test_the_demonstration_tells_what_its_model_reports(session: Session) -> None:
    cast = create_cast(session, Story(NOON, Random(1)))  # noqa: S311  # a story decides by it
    give_what_was_reported(session, cast)

    month = Month(2026, 11)
    told = {
        share.kind.code: (
            yuan_in_words(share.cell.amount),
            *((unit, int(quantity)) for unit, quantity in share.cell.quantities),
        )
        for share in given_between(Work(session, cast.clerk, NOON), month, month).by_kind
    }

    assert told == {
        "directed_purchase": ("370.5万元", ("enterprises", 89)),
        "subsidised_loan": ("209万元", ("loans", 47)),
        "rent_relief": ("28.4万元", ("shops", 109)),
        "promotion": ("17.5万元", ("visits", 3500)),
        "night_market": ("180万元", ("visits", 1500)),
        "station_fund": ("20万元",),
        "free_meal": ("0.00元", ("shops", 5)),
        "service_day": ("0.00元", ("days", 2)),
        "new_jobs": ("0.00元", ("jobs", 14)),
        "facility": ("47万元", ("items", 1)),
    }
