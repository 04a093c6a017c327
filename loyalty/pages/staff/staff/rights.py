"""Who may do what, for whoever gives accounts their roles."""

from flask import render_template
from flask_babel import gettext

from loyalty.pages.staff import console
from loyalty.pages.values import listed
from loyalty.rules.selection import STEPS, RoundAction, RoundNeed
from loyalty.services import rights as matrix
from loyalty.services.rights import Right
from loyalty.services.shops.certification import FOR_A_MANAGER
from loyalty.words.rights import RIGHTS
from loyalty.words.roles import ROLES
from loyalty.words.steps import ROUND_STEPS, SHOP_STEPS

rights = console.Console("rights", "/policy/rights", only=console.MANAGERS)


@rights.get("")
def shown() -> str:
    """Show the matrix of rights and roles."""
    of_rounds = [words for action, words in ROUND_STEPS.items() if _is_managers(action)]
    of_shops = [words for action, words in SHOP_STEPS.items() if action in FOR_A_MANAGER]
    return render_template(
        "staff/staff/rights.html",
        columns={gettext("能做的事"): "", **dict.fromkeys(ROLES.values(), "whole-words")},
        rights=RIGHTS,
        roles=ROLES,
        matrix=matrix.ROLES,
        steps={
            Right.CONFIRM: listed(words.word for words in of_rounds),
            Right.CERTIFY: listed(words.word for words in of_shops),
        },
    )


def _is_managers(action: RoundAction) -> bool:
    return RoundNeed.MANAGER in STEPS[action].needs
