"""The receipt of a form, which is the same when the same form is sent again."""

from datetime import date

from flask import request, session

from loyalty.services.receipts import receipt_for


def receipt_of_form(today: date) -> str:
    """Return the receipt for what this browser has sent today; its token has been checked before.

    Whoever loads the answer anew, or goes back and presses again, has the same receipt. Somebody
    else who writes the same words has another: the secret of the tokens is the browser's own.
    """
    written = sorted(one for one in request.form.items(multi=True) if one[0] != "csrf_token")
    return receipt_for(repr((session["csrf_token"], today, request.full_path, written)))
