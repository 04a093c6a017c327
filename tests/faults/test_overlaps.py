"""Each lock, seen at work: the second of two acts waits, and finds what the first has left.

The control takes the lock away and sees the race lost.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.faults.overlap import Overlap, overlapped, unlocked
from tests.faults.races import Race, Street, given_street
from tests.faults.races_about_shops import (
    a_pin_beside_the_removal_of_its_plan,
    an_end_of_a_notice_beside_an_objection,
    an_undoing_beside_what_a_stall_goes_through_next,
    one_signal_put_away_twice,
    two_decisions_of_a_proposal,
    two_proposals_of_one_shop,
)
from tests.faults.races_about_the_ledger import (
    a_contribution_beside_the_closing_of_its_month,
    an_approval_beside_an_undoing,
    an_entry_beside_the_merging_of_its_party,
    an_undoing_beside_the_closing_of_a_month,
    one_contribution_entered_by_two,
    one_kind_of_contribution_added_twice,
    two_closings_of_a_month,
    two_who_name_the_same_new_parties,
)
from tests.faults.races_at_the_own_page import two_pins_with_one_code, two_wrong_pins
from tests.faults.races_at_the_till import (
    a_hand_over_beside_a_suspension,
    a_return_beside_a_void,
    a_suspension_beside_a_sale,
    many_handed_over_beside_a_suspension,
    one_sale_sent_twice_by_a_revoked_till,
    two_decisions_of_a_case,
    two_lists_of_revocations,
    two_returns_of_the_same_goods,
)
from tests.faults.races_in_the_office import (
    a_deed_beside_an_undoing,
    a_narrower_band_beside_terms_outside_it,
    a_retirement_beside_a_plan,
    a_taking_in_beside_an_answer,
    an_answer_beside_a_taking_in,
    an_undoing_beside_a_change,
    an_undoing_beside_a_deed,
    one_code_shown_twice,
    one_import_undone_twice,
    one_link_used_twice,
    one_matter_sent_twice,
    one_sheet_written_down_twice,
    one_table_taken_in_from_two_uploads,
    terms_outside_it_beside_a_narrower_band,
    two_calendars_of_a_year,
    two_calls_that_forget_one_answer,
    two_honours_added,
    two_managers_who_close_each_other,
    two_matters_raised,
    two_plaques_of_a_series,
    two_policies_at_once,
)
from tests.faults.races_of_a_round import (
    RECEIPT,
    a_ballot_beside_a_conflict,
    a_cancellation_beside_an_objection,
    a_conflict_beside_a_ballot,
    a_nomination_beside_a_screening,
    a_screening_beside_a_nomination,
    a_screening_beside_a_voice_of_the_public,
    a_voice_of_the_public_beside_a_screening,
    one_objection_sent_twice,
    one_voice_of_the_public_sent_twice,
    two_decisions_about_a_nomination,
    two_decisions_of_an_objection,
    two_panels_named,
)
from tests.faults.races_of_an_account import (
    a_joining_beside_another_password,
    another_password_beside_a_joining,
)
from tests.faults.races_of_erasing import (
    a_freeze_beside_an_erasure,
    a_match_beside_the_erasure_of_a_namesake,
    a_suspension_beside_an_erasure,
)
from tests.faults.races_of_forgetting import (
    ANOTHER,
    BOTH_FORGOTTEN,
    NAME,
    a_change_of_somebody_beside_the_end_of_their_messages,
    a_contact_written_while_all_is_sealed_anew,
    a_second_factor_set_while_secrets_are_sealed_anew,
    an_answer_beside_the_forgetting_of_its_person,
    two_forgotten_in_one_answer,
    two_forgotten_in_one_text,
)
from tests.given import NOON


class Won(NamedTuple):
    """A race as it goes while its lock stands."""

    race: Callable[[Street], Race]
    lock: str
    """The table whose rows are locked."""
    first: Any
    """What the first is answered."""
    second: Any
    left: Any
    """What is found when both are done."""


RACES = [
    Won(a_suspension_beside_a_sale, "card", "200", "suspended", 0),
    Won(a_hand_over_beside_a_suspension, "card", "200", "card-state", "suspended"),
    Won(many_handed_over_beside_a_suspension, "card", "200", "200", ["suspended", "active"]),
    Won(two_returns_of_the_same_goods, "redemption", "201", "reversal-refused", 1),
    Won(a_return_beside_a_void, "redemption", "201", "reversal-refused", 1),
    Won(two_lists_of_revocations, "community", "200", "200", [1, 2]),
    Won(two_decisions_of_a_case, "sale_case", "200", "case-decided", "charge_nobody"),
    Won(one_sale_sent_twice_by_a_revoked_till, "till", "sign-in", "sign-in", 1),
    Won(a_screening_beside_a_nomination, "selection_round", "200", "round-state", 0),
    Won(a_nomination_beside_a_screening, "selection_round", "201", "200", 2),
    Won(two_panels_named, "selection_round", "200", "200", 1),
    Won(a_conflict_beside_a_ballot, "panellist", "201", "round-state", 0),
    Won(a_ballot_beside_a_conflict, "panellist", "200", "201", 0),
    Won(two_decisions_about_a_nomination, "nomination", "200", "round-state", "rejected"),
    Won(one_voice_of_the_public_sent_twice, "receipt", RECEIPT, RECEIPT, 1),
    Won(a_screening_beside_a_voice_of_the_public, "selection_round", "200", "RoundStateError", 0),
    Won(a_voice_of_the_public_beside_a_screening, "selection_round", RECEIPT, "200", 2),
    Won(one_objection_sent_twice, "receipt", RECEIPT, RECEIPT, 1),
    Won(a_cancellation_beside_an_objection, "selection_round", "200", "unknown-record", 0),
    Won(two_decisions_of_an_objection, "selection_round", "200", "round-state", left=False),
    Won(two_wrong_pins, "own_page", "wrong", "wrong", 2),
    Won(two_pins_with_one_code, "own_page", "chosen", "used", 1),
    Won(one_code_shown_twice, "staff_account", "201", "401", 1),
    Won(one_link_used_twice, "staff_account", "joined", "UnknownRecordError", left=True),
    Won(a_joining_beside_another_password, "staff_account", "joined", "reset", NOON),
    Won(another_password_beside_a_joining, "staff_account", "reset", "SignInError", None),
    Won(two_managers_who_close_each_other, "community", "200", "invalid-request", 1),
    Won(two_matters_raised, "community", "201", "201", 2),
    Won(one_matter_sent_twice, "community", 1, 1, 1),
    Won(two_calendars_of_a_year, "community", "200", "200", 1),
    Won(a_narrower_band_beside_terms_outside_it, "community", "200", "invalid-request", 0),
    Won(two_closings_of_a_month, "community", "201", "month-state", 1),
    Won(one_contribution_entered_by_two, "community", "201", "already-exists", 1),
    Won(one_kind_of_contribution_added_twice, "community", "201", "already-exists", 1),
    Won(
        a_contribution_beside_the_closing_of_its_month, "community", "201", "contribution-state", 0
    ),
    Won(two_who_name_the_same_new_parties, "community", 2, 2, 2),
    Won(an_entry_beside_the_merging_of_its_party, "community", "200", "invalid-request", 0),
    Won(two_honours_added, "community", "201", "201", [1, 2, 3, 4]),
    Won(a_retirement_beside_a_plan, "community", "200", "invalid-request", 0),
    Won(two_plaques_of_a_series, "community", "200", "200", ["PGY-0001", "PGY-0002"]),
    Won(two_decisions_of_a_proposal, "community", "问过了", "ProposalDecidedError", left=True),
    Won(an_end_of_a_notice_beside_an_objection, "shop", "applied", "CertificationStateError", 0),
    Won(two_proposals_of_one_shop, "community", 1, 1, 1),
    Won(a_pin_beside_the_removal_of_its_plan, "floor_plan", None, "unknown-record", 0),
    Won(one_signal_put_away_twice, "shop_signal", "silence", "SignalPutAwayError", "店主病了"),
    Won(an_undoing_beside_what_a_stall_goes_through_next, "market_stall", None, "import-state", 4),
    Won(one_sheet_written_down_twice, "deed_kind", "201", "invalid-request", 1),
    Won(one_table_taken_in_from_two_uploads, "community", "200", "import-state", 1),
    Won(a_taking_in_beside_an_answer, "import_job", "200", "ImportStateError", 1),
    Won(an_answer_beside_a_taking_in, "import_job", 1, "200", 1),
    Won(an_answer_beside_the_forgetting_of_its_person, "import_job", 1, 1, left=True),
    Won(a_freeze_beside_an_erasure, "selection_round", None, "ErasureRefusedError", "active"),
    Won(a_suspension_beside_an_erasure, "card", "200", None, "revoked"),
    Won(a_match_beside_the_erasure_of_a_namesake, "nomination", "200", None, "accepted"),
    Won(two_forgotten_in_one_answer, "kept_answer", None, None, BOTH_FORGOTTEN),
    Won(two_forgotten_in_one_text, "matter", None, None, BOTH_FORGOTTEN),
    Won(a_contact_written_while_all_is_sealed_anew, "matter", None, None, NAME),
    Won(a_second_factor_set_while_secrets_are_sealed_anew, "staff_account", None, None, ANOTHER),
    Won(a_change_of_somebody_beside_the_end_of_their_messages, "resident", "200", None, left=False),
    Won(one_import_undone_twice, "community", "200", "import-state", 0),
    Won(an_approval_beside_an_undoing, "community", "200", "UnknownRecordError", 0),
    Won(an_undoing_beside_the_closing_of_a_month, "community", "201", "import-state", 1),
    Won(an_undoing_beside_a_deed, "resident", "201", "import-state", 1),
    Won(an_undoing_beside_a_change, "resident", "200", "import-state", 1),
]
NAMES = [one.race.__name__ for one in RACES]


@pytest.fixture
def street(app: Flask, session: Session, clock: time_machine.Traveller) -> Street:  # noqa: ARG001
    return given_street(app, session)


def run(race: Race, street: Street) -> tuple[Overlap, Any]:
    street.session.commit()
    overlap = overlapped(race.first, race.second)
    return overlap, race.seen()


@pytest.mark.parametrize("won", RACES, ids=NAMES)
def test_the_second_waits_for_the_first_and_finds_what_it_has_left(
    street: Street, won: Won
) -> None:
    overlap, seen = run(won.race(street), street)

    assert (overlap, seen) == (Overlap(won.first, won.second, waited=True), won.left)


@pytest.mark.parametrize("won", RACES, ids=NAMES)
def test_without_its_lock_the_race_is_lost(
    street: Street, monkeypatch: pytest.MonkeyPatch, won: Won
) -> None:
    race = won.race(street)

    with unlocked(won.lock, monkeypatch):
        overlap, seen = run(race, street)

    assert (overlap.first, overlap.second, seen) != (won.first, won.second, won.left)


def test_a_deed_of_somebody_who_has_gone_meanwhile_is_told_so(street: Street) -> None:
    # A foreign key waits here, and no lock of ours.
    overlap, seen = run(a_deed_beside_an_undoing(street), street)

    assert (overlap, seen) == (Overlap("200", "busy", waited=True), 0)


def test_who_forgets_old_answers_waits_for_nobody_who_does(street: Street) -> None:
    overlap, left = run(two_calls_that_forget_one_answer(street), street)

    assert (overlap, left) == (Overlap("201", "201", waited=False), 0)


def test_without_its_lock_it_would_wait(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    race = two_calls_that_forget_one_answer(street)

    with unlocked("kept_answer", monkeypatch):
        overlap, _ = run(race, street)

    assert overlap == Overlap("201", "201", waited=True)


@pytest.mark.parametrize(
    ("race", "first", "second", "left"),
    [
        (two_policies_at_once, "200", "stale-record", 2),
        (terms_outside_it_beside_a_narrower_band, "201", "invalid-request", 800),
    ],
)
def test_a_policy_waits_when_it_is_written(
    street: Street, race: Callable[[Street], Race], first: str, second: str, left: int
) -> None:
    # Its version waits here, or its place in the directory, and no lock of ours.
    overlap, seen = run(race(street), street)

    assert (overlap, seen) == (Overlap(first, second, waited=True), left)
