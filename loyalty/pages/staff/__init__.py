"""The staff console: thin views that parse, call one service, and show."""

from loyalty.pages.staff.accounts import accounts
from loyalty.pages.staff.ballots import ballots
from loyalty.pages.staff.cards import cards
from loyalty.pages.staff.cases import cases
from loyalty.pages.staff.certification import certification
from loyalty.pages.staff.deed_kinds import kinds_of_deeds
from loyalty.pages.staff.deeds import deeds
from loyalty.pages.staff.fairness import fairness
from loyalty.pages.staff.figures import figures
from loyalty.pages.staff.home import home_page
from loyalty.pages.staff.imports import imports
from loyalty.pages.staff.matters import matters
from loyalty.pages.staff.nominations import nominations
from loyalty.pages.staff.numbering import numberings
from loyalty.pages.staff.objections import objections
from loyalty.pages.staff.panel import panel
from loyalty.pages.staff.policy import policy
from loyalty.pages.staff.residents import residents
from loyalty.pages.staff.rounds import rounds
from loyalty.pages.staff.rounds_actions import rounds_actions
from loyalty.pages.staff.rounds_planning import rounds_planning
from loyalty.pages.staff.shops import shops
from loyalty.pages.staff.sign_in import sign_in_pages
from loyalty.pages.staff.tally import tallies
from loyalty.pages.staff.tills import tills
from loyalty.pages.staff.working_days import working_days

STAFF_PAGES = (
    sign_in_pages,
    home_page,
    rounds,
    rounds_planning,
    rounds_actions,
    nominations,
    panel,
    ballots,
    objections,
    fairness,
    residents,
    deeds,
    kinds_of_deeds,
    imports,
    shops,
    certification,
    tills,
    numberings,
    tallies,
    cases,
    cards,
    matters,
    figures,
    working_days,
    policy,
    accounts,
)
"""Every blueprint of the console."""
