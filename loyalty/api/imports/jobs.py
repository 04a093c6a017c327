"""Tables of residents, shops, deeds, contributions …, uploaded by staff."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView
from flask_smorest.fields import Upload

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.imports.answers import SaidSchema
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Flag, Schema
from loyalty.models import ImportJob
from loyalty.services.imports.jobs import (
    ADDING,
    ImportKind,
    UploadTable,
    apply_import,
    undo_import,
    upload_table,
)
from loyalty.services.imports.tables import read_table
from loyalty.words.imports import note_in_words, row_fault_in_words

imports = ApiBlueprint("/imports")
"""The tables of the caller's community."""


class FileSchema(Schema):
    """The file, as a part of a form."""

    file = Upload(required=True)


class UploadSchema(Schema):
    """What is to be done with the file."""

    dry_run = ma.fields.Boolean(
        load_default=True,
        metadata={"description": "False takes the rows in at once, if none is wrong"},
    )


class ApplySchema(Schema):
    """Which rows are to be taken in."""

    only_valid = Flag(load_default=False, metadata={"description": "Leave the wrong rows out"})


class RowErrorSchema(Schema):
    """What is wrong with one row."""

    row = ma.fields.Integer(metadata={"description": "As the spreadsheet numbers it"})
    column = ma.fields.String(metadata={"description": "Its heading"})
    code = ma.fields.String()
    message = ma.fields.Function(row_fault_in_words, metadata={"type": "string"})
    choices = ma.fields.Function(
        lambda fault: fault["values"].get("choices", []),
        metadata={"type": "array", "items": {"type": "object"}},
    )


class NoteSchema(Schema):
    """A remark on a table that is no fault."""

    row = ma.fields.Integer(metadata={"description": "The first it is about"})
    column = ma.fields.String(metadata={"description": "Its heading; empty for whole rows"})
    code = ma.fields.String()
    message = ma.fields.Function(note_in_words, metadata={"type": "string"})


class ImportSchema(Schema):
    """What one uploaded table says."""

    import_id = ma.fields.UUID(attribute="id")
    kind = ma.fields.String()
    rows = ma.fields.Integer(attribute="row_count")
    valid = ma.fields.Function(lambda job: len(job.valid_rows), metadata={"type": "integer"})
    errors = ma.fields.List(ma.fields.Nested(RowErrorSchema))
    notes = ma.fields.List(ma.fields.Nested(NoteSchema))
    applied_at = ma.fields.DateTime(allow_none=True)
    undone_at = ma.fields.DateTime(allow_none=True)


@imports.route(f"/<any({', '.join(ADDING)}):kind>")
class Uploads(MethodView):
    """The tables that come in."""

    @open_to(Caller.STAFF)
    @imports.arguments(FileSchema, location="files")
    @imports.arguments(UploadSchema, location="query")
    @imports.arguments(SaidSchema, location="form")
    @imports.response(201, ImportSchema)
    @imports.alt_response(503, schema=ProblemSchema, description="No time for the file now.")
    def post(
        self, files: dict[str, Any], wanted: dict[str, Any], said: dict[str, Any], kind: str
    ) -> ImportJob:
        """Upload a table as .xlsx, .xls or .csv, and read what is wrong with its rows."""
        table = read_table(files["file"].read())
        request = UploadTable(ImportKind(kind), table, **wanted, **said)
        with staff_work() as work:
            return upload_table(work, request)


@imports.route("/<uuid:import_id>")
class OneImport(MethodView):
    """One uploaded table."""

    @open_to(Caller.STAFF)
    @imports.response(200, ImportSchema)
    def get(self, import_id: UUID) -> ImportJob:
        """Read what became of a table."""
        with staff_work() as work:
            return work.find(ImportJob, import_id)


@imports.route("/<uuid:import_id>/apply")
class Application(MethodView):
    """The taking in of a table."""

    @open_to(Caller.STAFF)
    @imports.arguments(ApplySchema)
    @imports.response(200, ImportSchema)
    @imports.alt_response(409, schema=ProblemSchema, description="Not possible now.")
    def post(self, wanted: dict[str, Any], import_id: UUID) -> ImportJob:
        """Take in all rows, or the right ones only."""
        with staff_work() as work:
            return apply_import(work, import_id, **wanted)


@imports.route("/<uuid:import_id>/undo")
class Undoing(MethodView):
    """The taking back of a table."""

    @open_to(Caller.STAFF)
    @imports.response(200, ImportSchema)
    @imports.alt_response(409, schema=ProblemSchema, description="Something is in use.")
    def post(self, import_id: UUID) -> ImportJob:
        """Remove what the table added."""
        with staff_work() as work:
            return undo_import(work, import_id)
