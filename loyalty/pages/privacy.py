"""What is kept of whom, why, for how long, and who reads it: for everybody to read."""

from datetime import timedelta

from flask import Blueprint, render_template

from loyalty.rules import retention
from loyalty.rules.notice import DAYS_SHOWN_AFTERWARDS

privacy = Blueprint("privacy_pages", __name__)

YEAR = timedelta(days=365)
"""Long periods are told in whole years."""


@privacy.get("/privacy")
def shown() -> str:
    """Say what is kept; the periods are those by which the programme forgets."""
    return render_template(
        "public/privacy.html",
        sales=retention.LINKS_OF_SALES.days,
        cases=retention.CASES.days,
        askers=retention.ASKERS.days,
        unanswered=retention.UNANSWERED.days,
        objections=retention.OBJECTIONS.days,
        nominations=retention.NOMINATIONS.days,
        messages=retention.MESSAGES.days,
        sign_ins=retention.SIGN_INS.days,
        tables=retention.TABLES.days,
        evidence=retention.EVIDENCE_FILES // YEAR,
        inspections=retention.INSPECTIONS // YEAR,
        meetings=retention.MEETINGS // YEAR,
        notice=DAYS_SHOWN_AFTERWARDS,
    )
