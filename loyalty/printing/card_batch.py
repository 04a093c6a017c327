"""A batch of cards, drawn part by part; each part is a file, committed with how far all is."""

from dataclasses import asdict, replace

from flask_babel import force_locale

from loyalty.clock import as_local
from loyalty.models import Job
from loyalty.printing.card_sheet import Printing, print_cards
from loyalty.reports.sheet_layout import Duplex, SheetLayout
from loyalty.services.cards.batches import next_ids, part_of
from loyalty.services.cards.sheets import printable_among
from loyalty.services.jobs import MadeFile, add_file, get_on
from loyalty.services.work import Work


def how_to_draw(layout: SheetLayout, printing: Printing) -> dict[str, object]:
    """Return what a batch keeps of how it is drawn."""
    return {
        "layout": asdict(layout),
        "language": printing.language,
        "base_url": printing.base_url,
        "names": printing.names,
    }


def draw_next_part(work: Work, job: Job, sealing_key: bytes) -> None:
    """Draw the next cards of a batch, and keep them sealed; those stopped meanwhile are left out.

    All parts bear the batch number of the moment in which the batch was asked for.
    """
    ids = next_ids(job)
    cards = printable_among(work, ids)
    how = job.wanted["how"]
    layout = SheetLayout(**{**how["layout"], "duplex": Duplex(how["layout"]["duplex"])})
    if job.done:
        layout = replace(layout, start=1)
    asked_at = as_local(job.created_at, work.actor.timezone)
    printing = Printing(how["language"], how["base_url"], asked_at, how["names"])
    if cards:
        with force_locale(printing.language.replace("-", "_")):
            content = print_cards(work, cards, layout, printing)
        file = MadeFile(job.done + 1, job.done + len(ids), content)
        add_file(work, file, job, part_of(job), sealing_key=sealing_key)
    job.left_out += len(ids) - len(cards)
    get_on(job, len(ids), now=work.now)
