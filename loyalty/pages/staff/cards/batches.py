"""Batches of cards on paper: how far each is, and its files as they come."""

from uuid import UUID

from flask import Response, make_response, render_template

from loyalty.pages.staff import console
from loyalty.services.jobs import get_file, get_job, list_files

card_batches = console.Console("card_batches", "/card-sheets/batches")

ASKS_AGAIN_AFTER = 3
"""Seconds until a browser loads the page of a batch anew that is not drawn yet."""


@card_batches.get("/<uuid:job_id>")
def shown(job_id: UUID) -> Response:
    """Show how many cards are drawn, and the files; the page asks anew until all are."""
    with console.work() as work:
        job = get_job(work, job_id)
        files = list_files(work, job)
    page = render_template(
        "staff/cards/batch.html",
        job=job,
        files=files,
        given_up=job.finished_at is not None and job.done < job.total,
        here=console.here,
    )
    response = make_response(page)
    if job.finished_at is None:
        # Without a script, and nothing is typed here that could be lost.
        response.headers["Refresh"] = str(ASKS_AGAIN_AFTER)
    return response


@card_batches.get("/<uuid:job_id>/<int:part>.pdf")
def file(job_id: UUID, part: int) -> Response:
    """Answer with some of the sheets."""
    with console.work() as work:
        job = get_job(work, job_id)
        found = get_file(work, job, part, sealing_key=console.sealing_key())
    response = make_response(found.content)
    response.mimetype = "application/pdf"
    name = f"cards-{found.first}-{found.last}.pdf"
    response.headers.set("Content-Disposition", "inline", filename=name)
    response.cache_control.no_store = True
    return response
