"""A round as its page shows it: what can be done there now, and how far each list is filled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext

from loyalty.models import Round, RoundList
from loyalty.pages.staff.rounds.steps import NextStep
from loyalty.rules.outcome import PASSED, Outcome
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.services.rounds.progress import Progress


class Quota(NamedTuple):
    """How many people one list has, of how many it may have."""

    round_list: RoundList
    standing: int
    caption: str
    """What the people counted are."""


@dataclass(frozen=True, slots=True)
class ShownRound:
    """What the page of a round offers."""

    selection_round: Round
    progress: Progress
    next: NextStep | None
    has_panel_accounts: bool
    """Whether somebody may be asked to score."""

    @property
    def is_open(self) -> bool:
        """Whether people are put forward now."""
        return self.selection_round.state == RoundState.OPEN

    @property
    def is_panel_named(self) -> bool:
        """Whether the panel is named on this page now."""
        early = (RoundState.OPEN, RoundState.SCREENING)
        return self.has_panel_accounts and self.selection_round.state in early

    @property
    def is_panel_unsaved(self) -> bool:
        """Whether naming the panel comes before the next step."""
        return self.is_panel_named and not self.is_open and not self.progress.panel

    @property
    def is_next_foremost(self) -> bool:
        """Whether the next step is what to do first here."""
        action = self.next and self.next.action
        nobody_yet = action is RoundAction.SCREEN and not self.progress.people()
        return action is not RoundAction.CLOSE and not nobody_yet and not self.is_panel_unsaved

    @property
    def has_open_objections(self) -> bool:
        """Whether somebody waits for an answer to an objection."""
        on_notice = self.selection_round.state == RoundState.NOTICE
        return on_notice and bool(self.progress.open_objections)

    @property
    def is_handing_out_foremost(self) -> bool:
        """Whether handing out the cards is what to do first here."""
        return self.selection_round.state != RoundState.NOTICE

    @property
    def is_fairness_due(self) -> bool:
        """Whether the report on fairness is to be looked at before the next step."""
        before_the_yes = (RoundState.REVIEW, RoundState.NOTICE)
        return bool(self.selection_round.drawn_at) and self.selection_round.state in before_the_yes

    @property
    def quotas(self) -> Iterator[Quota]:
        """How far each list is filled."""
        people = self.progress.people
        for one in self.selection_round.lists:
            if self.selection_round.drawn_at:
                yield Quota(one, people(Outcome.SELECTED, list_id=one.id), gettext("人入选"))
            else:
                standing = people(*PASSED, list_id=one.id) or people(list_id=one.id)
                yield Quota(one, standing, self._caption())

    def _caption(self) -> str:
        early = (RoundState.DRAFT, RoundState.OPEN)
        named = self.selection_round.state in early
        return str(gettext("人已推荐") if named else gettext("人合格"))
