"""A file of residents, shops, deeds … on its way in, and what became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to
from loyalty.models.sealed import Sealed, Sealing


class ImportJob(Sealing, Owned, Identified):
    """What one uploaded file said, row by row; all of it lies sealed."""

    __tablename__ = "import_job"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('residents', 'shops', 'deeds', 'nominees', 'contributions', 'stalls',"
            " 'visits', 'applications', 'areas', 'groups', 'series', 'lets')",
            name="kind_known",
        ),
        CheckConstraint("changed >= 0", name="changed_not_negative"),
        CheckConstraint("undone_at IS NULL OR applied_at IS NOT NULL", name="undone_after_applied"),
    )

    kind: Mapped[str]
    row_count: Mapped[int]
    changed: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many known records it changed; these it does not change back."""
    kept_table_sealed: Mapped[bytes | None] = mapped_column("kept_table")
    kept_table = Sealed[dict[str, Any] | None]()
    """The table as `tables.serialize_table` writes it, as long as staff are asked about it;
    afterwards its headings and the rows that were left out, for a while."""
    answers_sealed: Mapped[bytes] = mapped_column("answers")
    answers = Sealed[dict[str, Any]](default=dict)
    """What staff have said about the table, see `TableAnswers`."""
    valid_rows_sealed: Mapped[bytes] = mapped_column("valid_rows")
    valid_rows = Sealed[list[dict[str, Any]]](default=list)
    """The right rows: ``row``, as numbered in the file, and ``cells``, their texts by field until
    they are taken in."""
    errors_sealed: Mapped[bytes] = mapped_column("errors")
    errors = Sealed[list[dict[str, Any]]](default=list)
    """``row`` (as numbered in the file), ``column`` (its heading), ``code``, and the ``values``
    that the words for it need."""
    notes_sealed: Mapped[bytes] = mapped_column("notes")
    notes = Sealed[list[dict[str, Any]]](default=list)
    """Like the errors, of what is no fault: rows passed over, texts completed."""
    uploaded_by: Mapped[UUID | None] = refer_to("staff_account")
    uploaded_at: Mapped[Moment]
    applied_at: Mapped[Moment | None]
    undone_at: Mapped[Moment | None]
    forgotten_at: Mapped[Moment | None]
    """When all was dropped of it that may name somebody: cells, faults, remarks and answers."""
