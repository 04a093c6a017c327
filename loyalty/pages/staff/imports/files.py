"""What staff take away from an import: forms to fill in, and their own table with its faults."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from flask_babel import gettext

from loyalty.models import ImportJob
from loyalty.pages.staff.downloads import send_file
from loyalty.reports.workbooks import (
    XLSX,
    FormColumn,
    MarkedRow,
    write_blank_form,
    write_marked_table,
)
from loyalty.services.imports.asks import ATTESTED, ESTIMATED, NO, YES
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.keeping import load_table
from loyalty.services.imports.passing import EXAMPLE
from loyalty.services.imports.reading import Reading
from loyalty.services.imports.visits import VISIT_NAMES
from loyalty.words.import_forms import KINDS, YES_OR_NO, example_of, hint_of
from loyalty.words.imports import row_fault_in_words


def form_file(kind: str, intake: Intake[Any]) -> Response:
    """Return the form of one kind of table."""
    offered = {ask.field: list(ask.answers) for ask in intake.asks if ask.field == "kind"}
    offered |= {field: [YES, NO] for field in YES_OR_NO}
    offered |= {"label": [ATTESTED, ESTIMATED]}
    offered |= {"visit_kind": [names[0] for names in VISIT_NAMES.values()]}
    drawn = [FormColumn("序号", EXAMPLE)] + [
        FormColumn(column.heading, example_of(column, kind), offered.get(column.field, ()))
        for column in intake.columns
    ]
    notes = [
        gettext("从第3行起填，每行一条。第2行是示例，导入时会跳过。"),
        gettext("您自己的表也可以直接上传，不必抄到这里；不认识的列，会请您说是什么。"),
        *(hint_of(column) for column in intake.columns),
    ]
    title = str(KINDS[kind])
    book = write_blank_form(title, drawn, gettext("填写说明"), notes)
    return _download(book, gettext("%(kind)s导入模板", kind=title))


def marked_file(job: ImportJob, reading: Reading[Any]) -> Response:
    """Return an uploaded table with its wrong cells coloured and the faults in a last column."""
    table = reading.table
    places = _places_by_heading(reading)
    faults = defaultdict[int, list[Mapping[str, Any]]](list)
    for fault in job.errors:
        faults[fault["row"]].append(fault)
    whole = job.applied_at is None
    kept = [(row.number, row.cells) for row in load_table(job).rows]
    rows = [
        MarkedRow(
            number - 1 if whole else place,
            cells,
            frozenset(_places_of(faults[number], places) if number > table.heading_row else ()),
            _note(faults[number], number, whole=whole),
        )
        for place, (number, cells) in enumerate(kept)
    ]
    numbers = [number for number, _ in kept]
    at = numbers.index(table.heading_row) if table.heading_row in numbers else None
    top = None if at is None else rows[at].place
    book = write_marked_table(rows, top=top, heading=gettext("问题"))
    return _download(book, gettext("%(kind)s 有错的行", kind=str(KINDS[job.kind])))


def _places_by_heading(reading: Reading[Any]) -> Mapping[str, Sequence[int]]:
    """Return where the cells of each column stand; an address may stand in several."""
    fields = reading.table.fields
    return {
        reading.table.headings[column.field]: [
            place
            for place, field in fields.items()
            if field in {column.field, *(part.field for part in column.parts)}
        ]
        for column in reading.intake.columns
    }


def _places_of(
    faults: Sequence[Mapping[str, Any]], places: Mapping[str, Sequence[int]]
) -> list[int]:
    return [place for fault in faults for place in places.get(fault["column"], ())]


def _note(faults: Sequence[Mapping[str, Any]], number: int, *, whole: bool) -> str:
    sentences = [row_fault_in_words(fault) for fault in faults]
    if sentences and not whole:
        sentences.insert(0, gettext("原第%(row)s行", row=number))
    return " ".join(dict.fromkeys(sentences))


def _download(book: bytes, name: str) -> Response:
    return send_file(book, XLSX, f"{name}.xlsx")
