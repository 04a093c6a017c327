"""The staff console: thin views that parse, call one service, and show."""

from loyalty.pages.staff.cards.batches import card_batches
from loyalty.pages.staff.cards.cards import cards
from loyalty.pages.staff.cards.hand_out import hand_out
from loyalty.pages.staff.cards.sheets import card_sheets
from loyalty.pages.staff.cards.slips import activation_slips
from loyalty.pages.staff.checkout.sales import sales
from loyalty.pages.staff.community.contribution_kinds import kinds_of_contributions
from loyalty.pages.staff.community.honours import honours
from loyalty.pages.staff.community.policy import policy
from loyalty.pages.staff.community.series import series
from loyalty.pages.staff.community.upkeep import upkeep
from loyalty.pages.staff.community.working_days import working_days
from loyalty.pages.staff.deeds.deeds import deeds
from loyalty.pages.staff.deeds.kinds import kinds_of_deeds
from loyalty.pages.staff.home import home_page
from loyalty.pages.staff.imports.jobs import imports
from loyalty.pages.staff.late_sales.cases import cases
from loyalty.pages.staff.late_sales.numbering import numberings
from loyalty.pages.staff.late_sales.paper_tally import tallies
from loyalty.pages.staff.ledger.closed_months import closed_months, closing
from loyalty.pages.staff.ledger.contributions import contributions
from loyalty.pages.staff.ledger.evidence import evidence
from loyalty.pages.staff.ledger.figures import figures
from loyalty.pages.staff.ledger.files import benefit_files
from loyalty.pages.staff.ledger.linked_report import linked_reports
from loyalty.pages.staff.ledger.report_links import report_links
from loyalty.pages.staff.ledger.street import street
from loyalty.pages.staff.lists.lists import lists
from loyalty.pages.staff.matters.council import council
from loyalty.pages.staff.matters.matters import matters
from loyalty.pages.staff.messages.hook import message_hook
from loyalty.pages.staff.messages.receivers import receivers
from loyalty.pages.staff.messages.undelivered import undelivered
from loyalty.pages.staff.messages.web_push import web_push
from loyalty.pages.staff.notice.objections import objections
from loyalty.pages.staff.own_shops.offer import own_offer
from loyalty.pages.staff.own_shops.sales import own_sales
from loyalty.pages.staff.own_shops.shops import own_shops
from loyalty.pages.staff.own_shops.statement import own_statement
from loyalty.pages.staff.own_shops.tills import own_tills
from loyalty.pages.staff.people.areas import areas
from loyalty.pages.staff.people.residents import residents
from loyalty.pages.staff.pictures.pictures import pictures
from loyalty.pages.staff.privacy.personal_data import personal_data
from loyalty.pages.staff.rounds.actions import rounds_actions
from loyalty.pages.staff.rounds.rounds import rounds
from loyalty.pages.staff.selection.ballots import ballots
from loyalty.pages.staff.selection.fairness import fairness
from loyalty.pages.staff.selection.nominations import nominations
from loyalty.pages.staff.selection.panel import panel
from loyalty.pages.staff.selection.planning import rounds_planning
from loyalty.pages.staff.shops.applications import shop_applications
from loyalty.pages.staff.shops.certification import certification
from loyalty.pages.staff.shops.changes import shop_changes
from loyalty.pages.staff.shops.complaints import complaints
from loyalty.pages.staff.shops.floor_plans import floor_plans
from loyalty.pages.staff.shops.inspections import inspections
from loyalty.pages.staff.shops.objections import shop_objections
from loyalty.pages.staff.shops.offers import shop_offers
from loyalty.pages.staff.shops.pledge import pledge
from loyalty.pages.staff.shops.score_sheet import score_sheet
from loyalty.pages.staff.shops.shops import shops
from loyalty.pages.staff.shops.signals import shop_signals
from loyalty.pages.staff.shops.stalls import stalls
from loyalty.pages.staff.shops.standing import shop_standing
from loyalty.pages.staff.shops.visits import shop_visits
from loyalty.pages.staff.staff.accounts import accounts
from loyalty.pages.staff.staff.communities import own_communities
from loyalty.pages.staff.staff.joining import joining
from loyalty.pages.staff.staff.own_account import own_account
from loyalty.pages.staff.staff.own_sessions import own_sessions
from loyalty.pages.staff.staff.rights import rights
from loyalty.pages.staff.staff.sign_in import sign_in_pages
from loyalty.pages.staff.tills.tills import tills

STAFF_PAGES = (
    sign_in_pages,
    joining,
    own_account,
    own_sessions,
    own_communities,
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
    areas,
    personal_data,
    pictures,
    deeds,
    kinds_of_deeds,
    imports,
    lists,
    shops,
    shop_changes,
    shop_objections,
    shop_offers,
    shop_signals,
    shop_visits,
    complaints,
    shop_standing,
    floor_plans,
    inspections,
    shop_applications,
    stalls,
    score_sheet,
    pledge,
    certification,
    tills,
    numberings,
    tallies,
    sales,
    cases,
    cards,
    card_sheets,
    activation_slips,
    card_batches,
    hand_out,
    matters,
    council,
    figures,
    benefit_files,
    report_links,
    linked_reports,
    closed_months,
    closing,
    contributions,
    evidence,
    street,
    working_days,
    policy,
    message_hook,
    web_push,
    receivers,
    undelivered,
    honours,
    series,
    upkeep,
    kinds_of_contributions,
    accounts,
    rights,
    own_shops,
    own_sales,
    own_offer,
    own_statement,
    own_tills,
)
"""Every blueprint of the console."""
