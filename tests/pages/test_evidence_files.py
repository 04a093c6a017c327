"""A PDF or a photo is kept with an entry, and handed out as a file that nothing opens by itself."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from loyalty.models import Community, Contribution, EvidenceFile
from loyalty.services.actors import Role
from loyalty.services.errors import ContributionStateError, ValueRefusedError
from loyalty.services.ledger.evidence_files import CleanEvidence, add_evidence, clean_evidence
from loyalty.services.pictures.pictures import LARGEST_FILE
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_staff
from tests.given_contributions import given_contribution
from tests.given_pictures import taken_here
from tests.pages.visits import enter, text_of, token_in

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n"
PAGE = "/staff/figures/contributions"


@pytest.fixture
def entry(client: FlaskClient, session: Session, community: Community) -> Contribution:
    """An entry, which a clerk looks at."""
    found = given_contribution(session, community)
    enter(client, session, community)
    return found


def attach(client: FlaskClient, entry: Contribution, content: bytes, name: str = "a.pdf") -> str:
    """Attach a file; return what the page says then."""
    page = f"{PAGE}/{entry.id}"
    token = token_in(client.get(page).get_data(as_text=True))
    data: dict[str, Any] = {"csrf_token": token, "file": (io.BytesIO(content), name)}
    answer = client.post(f"{page}/evidence", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.data
    return text_of(client.get(page))


def kept(session: Session) -> list[EvidenceFile]:
    session.rollback()
    query = select(EvidenceFile).options(undefer(EvidenceFile.content))
    return [*session.scalars(query.order_by(EvidenceFile.id))]


def test_a_pdf_is_kept_as_it_is_and_saved_rather_than_opened(
    client: FlaskClient, session: Session, entry: Contribution
) -> None:
    assert "凭据1（PDF）" in attach(client, entry, PDF)

    (file,) = kept(session)
    answer = client.get(f"/staff/figures/evidence/{file.id}")
    assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_photo_loses_its_place_whatever_it_is_called(
    client: FlaskClient, session: Session, entry: Contribution
) -> None:
    assert "凭据1（照片）" in attach(client, entry, taken_here(), name="contract.pdf")

    (file,) = kept(session)
    assert file.media_type == "image/jpeg"
    assert b"Wang Fang" not in file.content
    assert b"43.79N" not in file.content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7 cut off", "PDF要完整"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"MZ this is a program", ""),
        (b"", "请先选一个文件"),
    ],
)
def test_anything_else_is_refused_in_words(
    client: FlaskClient, session: Session, entry: Contribution, content: bytes, told: str
) -> None:
    name = "" if content == b"" else "a.pdf"

    assert told in attach(client, entry, content, name)

    assert kept(session) == []


def test_a_pdf_has_at_most_eight_megabytes() -> None:
    beginning, end = b"%PDF-1.7\n", b"%%EOF"
    between = b"0" * (LARGEST_FILE - len(beginning) - len(end))

    assert clean_evidence(beginning + between + end).media_type == "application/pdf"
    with pytest.raises(ValueRefusedError, match="8 MB"):
        clean_evidence(beginning + between + b"0" + end)


def test_an_entry_has_five_files_and_a_withdrawn_one_takes_none(
    client: FlaskClient, session: Session, community: Community, entry: Contribution
) -> None:
    for _ in range(5):
        attach(client, entry, PDF)
    assert "最多附5份" in attach(client, entry, PDF)
    assert len(kept(session)) == 5

    gone = given_contribution(session, community, state="withdrawn", reason="记重了")
    session.commit()
    page = client.get(f"{PAGE}/{gone.id}").get_data(as_text=True)
    assert f"{gone.id}/evidence" not in page
    work = Work(session, given_staff(session, community), NOON)
    with pytest.raises(ContributionStateError):
        add_evidence(work, gone.id, CleanEvidence(PDF, "application/pdf"))


def test_nobody_of_another_community_nor_of_the_council_reads_it(
    client: FlaskClient, session: Session, community: Community, entry: Contribution
) -> None:
    attach(client, entry, PDF)
    (file,) = kept(session)
    address = f"/staff/figures/evidence/{file.id}"

    enter(client, session, given_community(session))
    assert client.get(address).status_code == 404
    enter(client, session, community, Role.COUNCIL)
    assert client.get(address).status_code == 403
