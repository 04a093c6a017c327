"""The course of a shop's certification, from the application to the plaque and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from loyalty.rules.calendar import add_months
from loyalty.rules.notice import is_notice_over

CERTIFIED_MONTHS = 12
"""For how long a certification holds unless the shop is checked again."""

MONTHS_AFTER_WITHDRAWAL = 24
"""How long a shop whose plaque was taken down waits before a new application."""

DAYS_TO_PUT_RIGHT = 15
"""Within how many days a warned shop puts things right, unless another day is said."""

RECHECK_REMINDER = timedelta(days=30)
"""How long before its last day a shop is due to be checked again."""

LAPSED_REMINDER = timedelta(days=90)
"""How long after its last day staff are still reminded of a shop nobody has checked again."""


class CertificationState(StrEnum):
    """Where a shop stands. Codes are public: add one, never rename one."""

    APPLIED = "applied"
    INSPECTED = "inspected"
    NOTICE = "notice"
    CERTIFIED = "certified"
    WARNED = "warned"
    """Certified still, with something to put right."""
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """The year is over and nobody checked again. It is derived, see `state_on`."""


class CertificationAction(StrEnum):
    """What is done about a shop's certification."""

    APPLY = "apply"
    INSPECT = "inspect"
    PUBLISH = "publish"
    SEND_BACK = "send_back"
    """An objection is upheld, or something came up: the shop is inspected anew."""
    CERTIFY = "certify"
    WARN = "warn"
    SUSPEND = "suspend"
    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    """What was wrong is put right."""
    RENEW = "renew"
    """The shop is checked again and holds for another year."""


class InspectionResult(StrEnum):
    """What the newest inspection that counts for a step says of a shop."""

    NONE = "none"
    PASSED = "passed"
    FAILED = "failed"


class CertificationObstacle(StrEnum):
    """What stands in the way of an action. Codes are public: add one, never rename one."""

    WRONG_STATE = "wrong_state"
    CALENDAR_MISSING = "calendar_missing"
    """The notice would reach a year whose public holidays are known from nowhere."""
    NOTICE_RUNNING = "notice_running"
    """The public notice has not begun, or its last day is not over."""
    NOTICE_OVER = "notice_over"
    """The shop is not on notice, or no longer, so nobody objects to it."""
    OBJECTION_OPEN = "objection_open"
    """Somebody has objected to the shop, and has no answer."""
    ALREADY_DECIDED = "already_decided"
    """The objection was answered before."""
    NO_INSPECTION = "no_inspection"
    """The community asks for an inspection, and nobody has filled in a score sheet."""
    INSPECTION_FAILED = "inspection_failed"
    """The newest score sheet has a veto, or too few points."""
    NO_REASON = "no_reason"
    """The action is against the shop, and nobody wrote down why."""
    WITHDRAWN_RECENTLY = "withdrawn_recently"
    """The plaque was taken down less than 24 months ago."""


@dataclass(frozen=True, slots=True)
class CertificationFacts:
    """What is known of a shop when somebody wants to act on its certification."""

    state: CertificationState | None
    """As `state_on` gives it; None if the shop has never applied."""
    today: date
    """Date in the community's time zone."""
    notice_last: date | None
    """Last day of the public notice, included; None before there is one."""
    withdrawn_on: date | None
    """Day the plaque was last taken down; None if it never was."""
    reason: str
    """Why the action is taken, in words; may be empty."""
    open_objections: int = 0
    """How many objections to the shop wait for an answer."""
    inspection: InspectionResult = InspectionResult.NONE
    inspection_needed: bool = False
    """Whether the community's policy asks for a passed inspection."""
    calendar_known: bool = True
    """Whether the working days of a notice published today are known."""


_LEADS: Mapping[tuple[CertificationAction, CertificationState | None], CertificationState] = {
    (CertificationAction.APPLY, None): CertificationState.APPLIED,
    (CertificationAction.APPLY, CertificationState.LAPSED): CertificationState.APPLIED,
    (CertificationAction.APPLY, CertificationState.WITHDRAWN): CertificationState.APPLIED,
    (CertificationAction.INSPECT, CertificationState.APPLIED): CertificationState.INSPECTED,
    (CertificationAction.PUBLISH, CertificationState.INSPECTED): CertificationState.NOTICE,
    (CertificationAction.SEND_BACK, CertificationState.INSPECTED): CertificationState.APPLIED,
    (CertificationAction.SEND_BACK, CertificationState.NOTICE): CertificationState.APPLIED,
    (CertificationAction.CERTIFY, CertificationState.NOTICE): CertificationState.CERTIFIED,
    (CertificationAction.WARN, CertificationState.CERTIFIED): CertificationState.WARNED,
    # A danger cannot wait for a warning, so a certified shop can be suspended at once.
    (CertificationAction.SUSPEND, CertificationState.CERTIFIED): CertificationState.SUSPENDED,
    (CertificationAction.SUSPEND, CertificationState.WARNED): CertificationState.SUSPENDED,
    (CertificationAction.WITHDRAW, CertificationState.SUSPENDED): CertificationState.WITHDRAWN,
    (CertificationAction.REINSTATE, CertificationState.WARNED): CertificationState.CERTIFIED,
    (CertificationAction.REINSTATE, CertificationState.SUSPENDED): CertificationState.CERTIFIED,
    (CertificationAction.RENEW, CertificationState.CERTIFIED): CertificationState.CERTIFIED,
    (CertificationAction.RENEW, CertificationState.LAPSED): CertificationState.CERTIFIED,
}

_AGAINST_THE_SHOP = frozenset(
    {
        CertificationAction.SEND_BACK,
        CertificationAction.WARN,
        CertificationAction.SUSPEND,
        CertificationAction.WITHDRAW,
    }
)


_ASKS_FOR_INSPECTION = frozenset(
    {CertificationAction.INSPECT, CertificationAction.CERTIFY, CertificationAction.RENEW}
)


def find_obstacles(
    action: CertificationAction, facts: CertificationFacts
) -> tuple[CertificationObstacle, ...]:
    """Return everything that stands in the way of an action; nothing if it is allowed now."""
    notice_running = facts.notice_last is None or not is_notice_over(facts.notice_last, facts.today)
    withdrawn_recently = facts.withdrawn_on is not None and facts.today <= add_months(
        facts.withdrawn_on, MONTHS_AFTER_WITHDRAWAL
    )
    checks = (
        ((action, facts.state) not in _LEADS, CertificationObstacle.WRONG_STATE),
        (
            action is CertificationAction.PUBLISH and not facts.calendar_known,
            CertificationObstacle.CALENDAR_MISSING,
        ),
        (
            action is CertificationAction.CERTIFY and notice_running,
            CertificationObstacle.NOTICE_RUNNING,
        ),
        (
            action is CertificationAction.CERTIFY and facts.open_objections > 0,
            CertificationObstacle.OBJECTION_OPEN,
        ),
        *_check_inspection(action, facts),
        (
            action in _AGAINST_THE_SHOP and not facts.reason.strip(),
            CertificationObstacle.NO_REASON,
        ),
        (
            action is CertificationAction.APPLY and withdrawn_recently,
            CertificationObstacle.WITHDRAWN_RECENTLY,
        ),
    )
    return tuple(code for applies, code in checks if applies)


def _check_inspection(
    action: CertificationAction, facts: CertificationFacts
) -> tuple[tuple[bool, CertificationObstacle], ...]:
    """Return what an inspection says against an action; who failed is refused by any policy."""
    asks = action in _ASKS_FOR_INSPECTION
    none = facts.inspection is InspectionResult.NONE
    failed = facts.inspection is InspectionResult.FAILED
    return (
        (asks and none and facts.inspection_needed, CertificationObstacle.NO_INSPECTION),
        (asks and failed, CertificationObstacle.INSPECTION_FAILED),
    )


def next_state(action: CertificationAction, state: CertificationState | None) -> CertificationState:
    """Return the state an action leads to.

    An action that `find_obstacles` refuses for its state has no next state: KeyError.
    """
    return _LEADS[action, state]


def find_last_certified_day(today: date) -> date:
    """Return the last day, included, that a shop certified or renewed today is certified."""
    return add_months(today, CERTIFIED_MONTHS)


def find_recheck_span(today: date) -> tuple[date, date]:
    """Return between which last days, both included, a shop is due today to be checked again."""
    return today - LAPSED_REMINDER, today + RECHECK_REMINDER


def state_on(
    stored: CertificationState, valid_until: date | None, today: date
) -> CertificationState:
    """Return the state a shop is in on a day, from the state last written down.

    Nobody writes down that a certification lapses: a certified or warned shop has lapsed from the
    day after `valid_until`, its last day. A suspended shop stays suspended, so that waiting does
    not lead around what it has to put right. Before certification there is no `valid_until`.
    """
    lapses = stored in {CertificationState.CERTIFIED, CertificationState.WARNED}
    if lapses and valid_until is not None and today > valid_until:
        return CertificationState.LAPSED
    return stored


def gives_discount(state: CertificationState | None) -> bool:
    """Return whether cards are taken: a warned shop is certified still, a suspended one is not."""
    return state in {CertificationState.CERTIFIED, CertificationState.WARNED}


def public_state(state: CertificationState) -> CertificationState:
    """Return what everybody may know of a state: that a shop was warned is between it and staff."""
    return CertificationState.CERTIFIED if state is CertificationState.WARNED else state
