"""The page of the till."""

from flask import Blueprint, render_template

from loyalty.till.words import words

till = Blueprint(
    "till_page", __name__, url_prefix="/till", template_folder="templates", static_folder="static"
)


@till.get("")
def page() -> str:
    """Show the till; which shop it stands in is known to the device alone."""
    return render_template("till/till.html", words=words())
