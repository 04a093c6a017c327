"""The staff console: thin views that parse, call one service, and show."""

from loyalty.pages.staff.cards import cards
from loyalty.pages.staff.certification import certification
from loyalty.pages.staff.home import home_page
from loyalty.pages.staff.imports import imports
from loyalty.pages.staff.residents import residents
from loyalty.pages.staff.rounds import rounds
from loyalty.pages.staff.shops import shops
from loyalty.pages.staff.sign_in import sign_in_pages
from loyalty.pages.staff.tills import tills

STAFF_PAGES = (
    sign_in_pages,
    home_page,
    rounds,
    residents,
    imports,
    shops,
    certification,
    tills,
    cards,
)
"""Every blueprint of the console."""
