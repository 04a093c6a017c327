"""Files that show what the evidence of a contribution says."""

from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to


class EvidenceFile(Owned, Identified):
    """A PDF as it came in, or a picture made clean."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        CheckConstraint("media_type IN ('application/pdf', 'image/jpeg')", name="type_known"),
        CheckConstraint("octet_length(content) <= 8388608", name="content_is_small"),
    )

    contribution_id: Mapped[UUID] = refer_to("contribution", ondelete="CASCADE", index=True)
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by: Mapped[UUID] = refer_to("staff_account")
    added_at: Mapped[Moment]
