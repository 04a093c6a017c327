"""The steps a shop's certification may take now, and what they wait for."""

from dataclasses import dataclass

from loyalty.models import Shop
from loyalty.rules.certification import (
    CertificationAction,
    CertificationObstacle,
    find_obstacles,
)
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import NotAllowedError
from loyalty.services.shops.certification import gather_facts, is_for_a_manager
from loyalty.services.work import Work
from loyalty.words.obstacles import obstacles_in_words
from loyalty.words.refusals import refusal_in_words
from loyalty.words.steps import SHOP_STEPS, StepWords


@dataclass(frozen=True, slots=True)
class ShopStep:
    """A step that fits the state of a shop."""

    action: CertificationAction
    words: StepWords
    waits_for: str
    """What is missing still, in sentences; empty if it can be taken now."""


def steps_for(work: Work, shop: Shop) -> list[ShopStep]:
    """Return the steps that fit the state of a shop, in the order of its course."""
    # The reason is asked for when the step is taken.
    facts = gather_facts(work, shop, "asked later")
    actor = work.actor
    fitting = [
        (action, missing)
        for action in CertificationAction
        if CertificationObstacle.WRONG_STATE not in (missing := find_obstacles(action, facts))
    ]
    return [
        ShopStep(
            action,
            SHOP_STEPS[action],
            obstacles_in_words(missing) or _for_another(actor, action, shop),
        )
        for action, missing in fitting
    ]


def _for_another(actor: StaffMember, action: CertificationAction, shop: Shop) -> str:
    managers_alone = is_for_a_manager(action, shop) and Role.MANAGER not in actor.roles
    return refusal_in_words(NotAllowedError()) if managers_alone else ""
