"""Every code a person may meet has its words; a new code fails here until somebody writes them."""

from collections.abc import Iterable, Mapping

import pytest

from loyalty.rules.benefit import Label, Party
from loyalty.rules.card_action import CardAction, CardObstacle
from loyalty.rules.card_reason import CardReason
from loyalty.rules.card_state import CardState
from loyalty.rules.certification import (
    CertificationAction,
    CertificationObstacle,
    CertificationState,
)
from loyalty.rules.closed_month import MonthObstacle
from loyalty.rules.contributions import ContributionState, Unit
from loyalty.rules.eligibility import Reason
from loyalty.rules.honours import HonourColour
from loyalty.rules.occupancy import StallObstacle
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundAction, RoundObstacle, RoundState
from loyalty.rules.verdict import Verdict
from loyalty.services.imports.jobs import ImportObstacle
from loyalty.words import card_reasons, contributions, honours, obstacles, states, steps, verdicts


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (Verdict, verdicts.WORDS),
        (CardState, states.CARD_STATES),
        (CertificationState, states.SHOP_STATES),
        (RoundState, states.ROUND_STATES),
        (RoundAction, steps.ROUND_STEPS),
        (CertificationAction, steps.SHOP_STEPS),
        (CardAction, steps.CARD_STEPS),
        (CardReason, card_reasons.CARD_REASONS),
        (
            [
                *RoundObstacle,
                *CertificationObstacle,
                *CardObstacle,
                *ImportObstacle,
                *MonthObstacle,
                *StallObstacle,
            ],
            obstacles.OBSTACLES,
        ),
        (Reason, obstacles.REASONS),
        (Outcome, obstacles.OUTCOMES),
        (HonourColour, honours.COLOURS),
        (Party, contributions.PARTIES),
        (Label, contributions.LABELS),
        (Unit, contributions.UNITS),
        (ContributionState, contributions.CONTRIBUTION_STATES),
    ],
)
def test_every_code_has_its_words(codes: Iterable[str], words: Mapping[str, object]) -> None:
    assert {str(code) for code in codes} - {str(code) for code in words} == set()


def test_a_verdict_is_read_across_a_counter() -> None:
    assert max(len(str_of(words.word)) for words in verdicts.WORDS.values()) <= 6


def str_of(word: object) -> str:
    """Return the text as it is written in the code."""
    return str(getattr(word, "_args", [word])[0])
