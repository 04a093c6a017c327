"""The installable till: its page, its style and its modules."""

from flask import Flask

from loyalty.till.held_card import held_card
from loyalty.till.page import till
from loyalty.till.samples import samples


def register_till(app: Flask) -> None:
    """Add the till's page to the app."""
    app.register_blueprint(till)
    app.add_template_global(samples, "till_samples")
    app.add_template_global(held_card, "till_held_card")
