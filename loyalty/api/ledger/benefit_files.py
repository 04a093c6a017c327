"""The figures of who gained what as files: a briefing for Word, a workbook for Excel, a table."""

from typing import Any, Final

from flask import Response, current_app
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.ledger.benefit import MonthsSchema
from loyalty.printing.benefit_table import print_benefit_table
from loyalty.printing.benefit_workbook import print_workbook
from loyalty.printing.briefing import make_record_addresses, print_briefing
from loyalty.reports.benefit_table import CSV
from loyalty.reports.briefing import DOCX
from loyalty.reports.workbooks import XLSX
from loyalty.services.replica import reports_work

benefit_files = ApiBlueprint("", name="benefit-files")
"""The same figures as `/benefit`, at its address with an ending."""

BINARY: Final = {"type": "string", "format": "binary"}


@benefit_files.route("/benefit.docx")
class BriefingFile(MethodView):
    """The briefing."""

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @benefit_files.arguments(MonthsSchema, location="query")
    @benefit_files.response(200, BINARY, content_type=DOCX)
    def get(self, months: dict[str, Any]) -> Response:
        """Write the briefing of some months, in zh-Hans; the same months give the same bytes."""
        base_url = current_app.extensions["loyalty.settings"].base_url
        with staff_work() as work, reports_work(work) as reading:
            address_of = make_record_addresses(base_url, **months)
            file = print_briefing(reading, **months, address_of=address_of)
        return Response(file, content_type=DOCX)


@benefit_files.route("/benefit.xlsx")
class WorkbookFile(MethodView):
    """The workbook."""

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @benefit_files.arguments(MonthsSchema, location="query")
    @benefit_files.response(200, BINARY, content_type=XLSX)
    def get(self, months: dict[str, Any]) -> Response:
        """Write the workbook of some months, in zh-Hans; the same months give the same bytes."""
        with staff_work() as work, reports_work(work) as reading:
            file = print_workbook(reading, **months)
        return Response(file, content_type=XLSX)


@benefit_files.route("/benefit.csv")
class TableFile(MethodView):
    """The table."""

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @benefit_files.arguments(MonthsSchema, location="query")
    @benefit_files.response(200, BINARY, content_type=CSV)
    def get(self, months: dict[str, Any]) -> Response:
        """Write the figures of some months as one table, in UTF-8 with a mark that says so."""
        with staff_work() as work, reports_work(work) as reading:
            file = print_benefit_table(reading, **months)
        return Response(file, content_type=CSV)
