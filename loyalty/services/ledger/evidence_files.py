"""Files of evidence: PDFs are kept as they came in, pictures are made clean."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from loyalty.models import Contribution, EvidenceFile
from loyalty.rules.contributions import ContributionState
from loyalty.services.errors import ContributionStateError, ValueRefusedError
from loyalty.services.pictures.pictures import LARGEST_FILE, MEDIA_TYPE, clean_picture
from loyalty.services.work import Lock, Work

PDF = "application/pdf"
MOST_FILES = 5
"""Of one entry."""

_PDF_BEGINS = b"%PDF-"
_PDF_ENDS = b"%%EOF"
_END_WITHIN = 1024
"""Bytes before the end of a file in which a whole PDF says that it ends."""


@dataclass(frozen=True, slots=True)
class CleanEvidence:
    """A file as it is kept."""

    content: bytes
    media_type: str


def clean_evidence(content: bytes) -> CleanEvidence:
    """Return a file as it may be kept. Call it before the transaction begins.

    Raises:
        PictureReaderBusyError: the machine has no time for a picture now.
        PictureRefusedError: it is neither a PDF nor a picture, or too large a one.
        ValueRefusedError: it is a PDF that is too large, or not whole.
    """
    if not content.startswith(_PDF_BEGINS):
        return CleanEvidence(clean_picture(content).content, MEDIA_TYPE)
    if len(content) > LARGEST_FILE:
        raise ValueRefusedError("/evidence_file", "A PDF has at most 8 MB.")
    if _PDF_ENDS not in content[-_END_WITHIN:]:
        raise ValueRefusedError("/evidence_file", "This PDF is not whole; save it again.")
    return CleanEvidence(content, PDF)


def add_evidence(work: Work, contribution_id: UUID, clean: CleanEvidence) -> EvidenceFile:
    """Keep a file with an entry; figures stay as they are, so closed months take files in, too.

    Raises:
        ContributionStateError: the entry was withdrawn.
        ValueRefusedError: it has as many files as it may have.
    """
    entry = work.find(Contribution, contribution_id, lock=Lock.CHANGE)
    if entry.state == ContributionState.WITHDRAWN:
        raise ContributionStateError("This entry was withdrawn.", ["wrong_state"])
    count = select(func.count()).where(
        EvidenceFile.community_id == work.community_id,
        EvidenceFile.contribution_id == entry.id,
    )
    if (work.session.scalar(count) or 0) >= MOST_FILES:
        raise ValueRefusedError("/evidence_file", f"An entry has at most {MOST_FILES} files.")
    file = EvidenceFile(
        community_id=work.community_id,
        contribution_id=entry.id,
        media_type=clean.media_type,
        content=clean.content,
        added_by=work.actor.account_id,
        added_at=work.now,
    )
    work.session.add(file)
    work.note("evidence_file.added", file, contribution=str(entry.id), type=clean.media_type)
    return file


def list_evidence(work: Work, contribution_id: UUID) -> Sequence[EvidenceFile]:
    """Return the files of an entry without their content, the oldest first."""
    query = work.select(EvidenceFile).where(EvidenceFile.contribution_id == contribution_id)
    return work.session.scalars(query.order_by(EvidenceFile.id)).all()


def get_evidence(work: Work, evidence_file_id: UUID) -> EvidenceFile:
    """Return one file with its content."""
    return work.find(EvidenceFile, evidence_file_id, options=[undefer(EvidenceFile.content)])
