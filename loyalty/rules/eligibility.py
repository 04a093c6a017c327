"""Who may be selected in a round, and what stands against it."""

from dataclasses import dataclass
from enum import StrEnum

from loyalty.rules.calendar import Month

_OTHER_MONTHS_OF_A_YEAR = 11


class Reason(StrEnum):
    """Why a person cannot be selected. Codes are public: add one, never rename one."""

    NOT_ADULT = "not_adult"
    NO_CONSENT = "no_consent"
    """No consent to take part in the programme; to be published is another consent."""
    INACTIVE = "inactive"
    """No longer lives here, or has left the programme."""
    COOLING_OFF = "cooling_off"
    """Won a short while ago, or often enough this year: it is others' turn."""
    HOUSEHOLD_ALREADY_SELECTED = "household_already_selected"
    NOT_NOMINATED = "not_nominated"
    BELOW_THRESHOLD = "below_threshold"
    OBJECTION_UPHELD = "objection_upheld"
    """Found during the public notice, and decided by somebody uninvolved."""
    DECLINED = "declined"
    """Did not want to be chosen."""
    CHOSEN_ON_OTHER_LIST = "chosen_on_other_list"
    """Has won another honour of this round, at the better rate: one card a person."""
    HOUSEHOLD_REPRESENTED = "household_represented"
    """Somebody of the household, who stood higher, was on the list for it."""
    AREA_MINIMUM_FIRST = "area_minimum_first"
    """Would have had a seat, had it not gone to a liaison area's minimum."""
    LOT = "lot"
    """Had as much as the last who won; the lot decided."""
    QUOTA_FULL = "quota_full"
    """The seats went to people with a higher score, or with fewer awards."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person in one round."""

    adult: bool
    consented: bool
    active: bool
    months_won: frozenset[Month]
    """Months of the rounds this person won before."""
    household_selected: bool
    """Somebody else of the household is selected in this round already."""
    nominated: bool
    score: int | None
    """In hundredths of a point; None before the review, when no threshold is held against it."""
    chosen_on_other_list: bool = False


@dataclass(frozen=True, slots=True)
class Criteria:
    """What one list of a round asks for."""

    month: Month
    """The month of the round."""
    cooling_off_months: int = 1
    """Nobody wins again in that many months after one they won; 0 if there is no such wait."""
    wins_in_a_year: int = 2
    """The most wins of one person in any 12 months, this round's included."""
    minimum_score: int = 0
    """In hundredths of a point; this score itself is enough."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason against a person with the fact behind it, where the code does not say it all."""

    reason: Reason
    months_won: tuple[Month, ...] = ()
    """For ``cooling_off``: the wins that count, in the order of time."""
    score: int | None = None
    """For ``below_threshold``, in hundredths of a point; so is the threshold."""
    threshold: int | None = None


def grounds_against(facts: Facts, criteria: Criteria) -> tuple[Ground, ...]:
    """Return every reason against selecting a person, each with its fact, in the same order."""
    return tuple(
        _make_ground(reason, facts, criteria) for reason in reasons_against(facts, criteria)
    )


def reasons_against(facts: Facts, criteria: Criteria) -> tuple[Reason, ...]:
    """Return every reason against selecting a person, in the order of `Reason`."""
    score = facts.score
    checks = (
        (not facts.adult, Reason.NOT_ADULT),
        (not facts.consented, Reason.NO_CONSENT),
        (not facts.active, Reason.INACTIVE),
        (bool(_find_counting_wins(facts.months_won, criteria)), Reason.COOLING_OFF),
        (facts.household_selected, Reason.HOUSEHOLD_ALREADY_SELECTED),
        (not facts.nominated, Reason.NOT_NOMINATED),
        (score is not None and score < criteria.minimum_score, Reason.BELOW_THRESHOLD),
        (facts.chosen_on_other_list, Reason.CHOSEN_ON_OTHER_LIST),
    )
    return tuple(reason for applies, reason in checks if applies)


def _make_ground(reason: Reason, facts: Facts, criteria: Criteria) -> Ground:
    match reason:
        case Reason.COOLING_OFF:
            wins = _find_counting_wins(facts.months_won, criteria)
            return Ground(reason, months_won=tuple(sorted(wins)))
        case Reason.BELOW_THRESHOLD:
            return Ground(reason, score=facts.score, threshold=criteria.minimum_score)
        case _:
            return Ground(reason)


def _find_counting_wins(months_won: frozenset[Month], criteria: Criteria) -> list[Month]:
    """Return the wins after which it is others' turn; none if there is nothing to wait for."""

    def wins_within(months: int) -> list[Month]:
        earliest = criteria.month.plus(-months)
        return [won for won in months_won if earliest <= won < criteria.month]

    lately = wins_within(criteria.cooling_off_months)
    this_year = wins_within(_OTHER_MONTHS_OF_A_YEAR)
    often = this_year if len(this_year) >= criteria.wins_in_a_year else []
    return max(lately, often, key=len)
