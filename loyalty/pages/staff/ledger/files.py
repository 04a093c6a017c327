"""The figures of a month to take away: the briefing, the workbook, the table."""

from flask import Response
from flask_login import current_user

from loyalty.pages.staff import console
from loyalty.pages.staff.downloads import send_file
from loyalty.printing.benefit_table import print_benefit_table
from loyalty.printing.benefit_workbook import print_workbook
from loyalty.printing.briefing import make_record_addresses, months_in_words, print_briefing
from loyalty.reports.benefit_table import CSV
from loyalty.reports.briefing import DOCX
from loyalty.reports.workbooks import XLSX
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.replica import reports_work
from loyalty.services.selection.planning import month_called

benefit_files = console.Console("benefit_files", "/figures/files", also=frozenset({Role.COUNCIL}))


@benefit_files.get("/<month>/briefing.docx")
def briefing(month: str) -> Response:
    """Give the briefing of a month, for people to complete in Word."""
    wanted = month_called(month)
    address_of = make_record_addresses(console.settings().base_url, wanted, wanted)
    with console.work() as work, reports_work(work) as reading:
        file = print_briefing(reading, first=wanted, last=wanted, address_of=address_of)
    return send_file(file, DOCX, _name(wanted, "互惠简报.docx"))


@benefit_files.get("/<month>/workbook.xlsx")
def workbook(month: str) -> Response:
    """Give the workbook of a month."""
    wanted = month_called(month)
    with console.work() as work, reports_work(work) as reading:
        file = print_workbook(reading, first=wanted, last=wanted)
    return send_file(file, XLSX, _name(wanted, "互惠台账.xlsx"))


@benefit_files.get("/<month>/table.csv")
def table(month: str) -> Response:
    """Give the figures of a month as a table of codes and whole numbers."""
    wanted = month_called(month)
    with console.work() as work, reports_work(work) as reading:
        file = print_benefit_table(reading, first=wanted, last=wanted)
    return send_file(file, CSV, _name(wanted, "数字.csv"))


def _name(month: Month, what: str) -> str:
    return f"{current_user.community.name}{months_in_words(month, month)}{what}"
