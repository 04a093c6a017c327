"""An action of a round is one row in each layer; a row that is forgotten is seen here."""

from collections.abc import Mapping

import pytest

from loyalty.pages.staff.rounds.preview import SHOWN
from loyalty.pages.staff.rounds.steps import STAGES
from loyalty.rules.selection import STEPS, RoundAction, RoundStage
from loyalty.services.rounds.actions import CARRY_OUT
from loyalty.words.steps import ROUND_STEPS


@pytest.mark.parametrize(
    "table", [STEPS, CARRY_OUT, ROUND_STEPS, SHOWN], ids=["rules", "services", "words", "pages"]
)
def test_every_action_has_its_row_at_its_place_in_the_course(
    table: Mapping[RoundAction, object],
) -> None:
    assert [*table] == [*RoundAction]


def test_every_stage_has_its_page() -> None:
    assert [*STAGES] == [*RoundStage]
