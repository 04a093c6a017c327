"""A resident's own page: signed in with the number of a card, apart from staff."""

from loyalty.pages.own_page.home import home
from loyalty.pages.own_page.messages import own_messages
from loyalty.pages.own_page.personal_data import own_personal_data
from loyalty.pages.own_page.shown_code import code_pages
from loyalty.pages.own_page.sign_in import sign_in_pages
from loyalty.pages.own_page.web_push import own_web_push

OWN_PAGES = (sign_in_pages, code_pages, home, own_personal_data, own_messages, own_web_push)
