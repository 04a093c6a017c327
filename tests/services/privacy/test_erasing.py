"""Erasing a person: nobody can be found in any table, and no figure changes."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    AccessToken,
    AuditEvent,
    Candidate,
    Community,
    Deed,
    Erasure,
    ImportJob,
    KeptAnswer,
    Nomination,
    NoticeVersion,
    Redemption,
    Resident,
    RevocationList,
    Round,
    StaffAccount,
)
from loyalty.rules.calendar import Month
from loyalty.rules.verdict import Verdict
from loyalty.services.actors import Role
from loyalty.services.cards.check import check_card
from loyalty.services.errors import (
    PersonErasedError,
    StaleRecordError,
    UnknownRecordError,
)
from loyalty.services.kept_answers import KeyedCall, _open, claim_key, keep_answer
from loyalty.services.ledger.benefit import sum_benefit
from loyalty.services.people.consents import read_consents
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.pictures.pictures import PicturePurpose
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_community,
    given_resident,
    given_shop,
    given_staff,
    given_token,
)
from tests.given_everything import Everything
from tests.given_notices import given_complaint
from tests.given_pictures import given_picture
from tests.given_rounds import given_nomination
from tests.given_traces import NAME, cards_of, dump, given_traces, traces_in
from tests.kept_database import KeptDatabase

NOWHERE = Path("/proc/nowhere/erasures.jsonl")
DECEMBER_ALONE = {"first": Month(2026, 12), "last": Month(2026, 12)}


@pytest.fixture
def everything(session: Session, kept_database: KeptDatabase) -> Everything:
    return kept_database.fill("traces", lambda: given_traces(session, given_community(session)))


@pytest.fixture
def community(session: Session, everything: Everything) -> Community:
    """The community in which everything is."""
    return session.get_one(Community, everything.community_id)


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


def erase_one(work: Work, resident_id: UUID, *, version: int | None = None) -> None:
    """Erase a resident; the list of who was erased cannot be written, which holds nobody up."""
    request = ErasePerson(resident_id, version)
    erase_person(work, request, sealing_key=SEALING_KEY, erasures=NOWHERE)


def erase(work: Work, everything: Everything) -> UUID:
    resident_id = UUID(everything.ids["resident_id"])
    erase_one(work, resident_id)
    work.session.commit()
    return resident_id


def opened_answers(session: Session) -> str:
    kept = session.scalars(select(KeptAnswer).where(KeptAnswer.answer.is_not(None)))
    return "".join(_open(one, one.answer or b"", SEALING_KEY).decode() for one in kept)


def test_nobody_is_found_in_any_table(session: Session, everything: Everything, work: Work) -> None:
    assert len(traces_in(dump(session))) > 4
    assert traces_in(opened_answers(session).encode().decode("unicode_escape"))

    erase(work, everything)

    assert traces_in(dump(session)) == []
    answers = opened_answers(session)
    assert '\\"status' not in answers
    assert '"status": 201' in answers
    assert traces_in(answers.encode().decode("unicode_escape")) == []


def given_answer(session: Session, community: Community, body: str, *, key: bytes) -> KeptAnswer:
    """An answer that is kept, sealed with a key."""
    call = KeyedCall(given_staff(session, community), uuid4(), b"hash")
    claim_key(session, call, sealing_key=key, now=NOON)
    keep_answer(session, call, json.dumps({"body": body}).encode(), sealing_key=key)
    return session.scalars(select(KeptAnswer).where(KeptAnswer.key == call.key)).one()


def unescaped(text: str) -> str:
    """A text of JSON without its escapes."""
    return text.encode("ascii", "backslashreplace").decode("unicode_escape")


@pytest.mark.parametrize(
    "said",
    ["[急]电梯坏了，{}说的", "{{{}", "[{}", '["{}"] 2', "[" * 5000 + "{}", '[{{"a": "{}"}}]'],
)
@pytest.mark.parametrize("within", [False, True])
def test_words_in_a_kept_answer_may_begin_as_json_does(
    session: Session, everything: Everything, work: Work, said: str, *, within: bool
) -> None:
    community = session.get_one(Community, everything.community_id)
    told = said.format(NAME)
    body = json.dumps({"text": told}) if within else told
    kept = given_answer(session, community, body, key=SEALING_KEY)
    session.commit()

    erase(work, everything)

    answer = _open(kept, kept.answer or b"", SEALING_KEY).decode()
    assert json.loads(answer)["body"]
    assert traces_in(unescaped(unescaped(unescaped(answer)))) == []


def test_a_kept_answer_that_no_longer_opens_keeps_nobody_from_being_erased(
    session: Session, everything: Everything, work: Work
) -> None:
    community = session.get_one(Community, everything.community_id)
    kept = given_answer(session, community, NAME, key=bytes(32))

    erase(work, everything)

    session.refresh(kept)
    assert kept.answer is None


def test_the_figures_stay_to_the_fen(session: Session, everything: Everything, work: Work) -> None:
    before = sum_benefit(work, **DECEMBER_ALONE)
    assert before.totals.people == 1
    assert before.totals.saved_fen

    erase(work, everything)

    assert sum_benefit(work, **DECEMBER_ALONE) == before
    assert session.scalars(select(Redemption.card_id)).all()[0] is not None


def test_what_was_published_names_nobody_and_stays(
    session: Session, everything: Everything, work: Work
) -> None:
    versions = select(NoticeVersion.content, NoticeVersion.sha256).order_by(NoticeVersion.id)
    frozen = select(Round.frozen_list, Round.frozen_hash).order_by(Round.id)
    before = session.execute(versions).all(), session.execute(frozen).all()

    erase(work, everything)

    assert (session.execute(versions).all(), session.execute(frozen).all()) == before
    assert before[0]


def test_the_card_is_revoked_at_once_for_tills_and_for_everybody(
    session: Session, community: Community, everything: Everything, work: Work
) -> None:
    resident_id = UUID(everything.ids["resident_id"])
    (card,) = cards_of(session, resident_id)
    assert check_card(session, card.token, now=NOON).verdict is Verdict.OK

    erase(work, everything)

    assert check_card(session, card.token, now=NOON).verdict is Verdict.REVOKED
    numbers = session.scalars(
        select(RevocationList.number).where(RevocationList.community_id == community.id)
    ).all()
    assert sorted(numbers) == [1, 2]


def test_the_row_that_stays_tells_of_nobody(
    session: Session, everything: Everything, work: Work
) -> None:
    resident_id = erase(work, everything)

    left = session.get_one(Resident, (everything.community_id, resident_id))
    assert (left.name, left.unit, left.phone, left.state) == ("—", "—", None, "erased")
    assert set(read_consents(left).values()) == {False}
    assert not session.scalars(select(Deed.id).where(Deed.resident_id == resident_id)).all()
    declined = session.scalars(
        select(Candidate.outcome).where(Candidate.resident_id == resident_id)
    )
    assert sorted(declined) == ["declined", "selected"]


def test_that_it_was_done_is_kept_with_an_id_alone(
    session: Session, everything: Everything, work: Work
) -> None:
    resident_id = erase(work, everything)

    erased = session.get_one(Erasure, (everything.community_id, resident_id))
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "resident.erased")).one()
    assert erased.erased_at == NOON
    assert (event.subject_id, event.actor_id, event.detail) == (
        resident_id,
        work.actor.account_id,
        {},
    )


def test_whoever_is_erased_is_not_found_any_more(everything: Everything, work: Work) -> None:
    def found() -> set[UUID]:
        return {one.id for one in find_residents(work, FindResidents(limit=200)).items}

    assert UUID(everything.ids["resident_id"]) in found()

    assert erase(work, everything) not in found()


def test_a_waiting_voice_for_the_person_is_let_go(
    session: Session, everything: Everything, work: Work
) -> None:
    erase(work, everything)

    rejected = session.scalars(select(Nomination).where(Nomination.state == "rejected")).all()
    assert {one.name for one in rejected} == {None}


def test_a_table_with_the_person_in_it_is_forgotten(
    session: Session, everything: Everything, work: Work
) -> None:
    erase(work, everything)

    job = session.scalars(select(ImportJob)).one()
    assert (job.kept_table, job.errors, job.forgotten_at) == (None, [], NOON)
    assert len(job.valid_rows) == 1


def test_an_account_that_was_closed_names_nobody(
    session: Session, everything: Everything, work: Work
) -> None:
    account_id = session.scalars(
        select(StaffAccount.id).where(StaffAccount.display_name == NAME)
    ).one()

    erase(work, everything)

    account = session.get_one(StaffAccount, (everything.community_id, account_id))
    assert (account.display_name, account.resident_id) == ("—", None)


def test_whoever_had_two_accounts_is_erased_too(
    session: Session, community: Community, work: Work
) -> None:
    resident = given_resident(session, community)
    closed = {"resident_id": resident.id, "active": False}
    accounts = [given_account(session, community, **closed) for _ in range(2)]
    session.commit()

    erase_one(work, resident.id)

    for account in accounts:
        session.refresh(account)
        assert account.username == f"erased-{account.id}"


def test_where_an_account_of_theirs_is_signed_in_it_is_no_longer(
    session: Session, community: Community, work: Work
) -> None:
    """A closed account is signed in to for other communities."""
    erased, other = (given_resident(session, community) for _ in range(2))
    for resident in (erased, other):
        account = given_account(session, community, resident_id=resident.id, active=False)
        given_token(session, community, account, device="device")

    erase_one(work, erased.id)

    left = select(StaffAccount.resident_id).join(AccessToken.account)
    assert session.scalars(left.where(AccessToken.device.is_not(None))).all() == [other.id]


def test_a_waiting_voice_for_somebody_of_the_same_home_keeps_the_home(
    session: Session, community: Community, everything: Everything, work: Work
) -> None:
    erased = session.get_one(Resident, (community.id, UUID(everything.ids["resident_id"])))
    unit = erased.unit
    of_round = session.get_one(Round, (community.id, UUID(everything.ids["round_id"])))
    voice = given_nomination(session, of_round, name="王芳", unit=unit)
    session.commit()

    erase(work, everything)

    session.refresh(voice)
    assert (voice.name, voice.unit, voice.state) == ("王芳", unit, "pending")


def test_namesakes_and_whoever_lives_there_keep_their_own(
    session: Session, community: Community, everything: Everything, work: Work
) -> None:
    erased = session.get_one(Resident, (community.id, UUID(everything.ids["resident_id"])))
    home = {"unit": erased.unit, "household_ref": erased.household_ref}
    namesake = given_resident(session, community, name=erased.name)
    spouse = given_resident(session, community, name="王芳", **home)
    elsewhere = given_resident(session, given_community(session), name=erased.name, **home)
    session.commit()

    erase(work, everything)

    for one, name in ((namesake, NAME), (spouse, "王芳"), (elsewhere, NAME)):
        session.refresh(one)
        assert one.name == name
    assert (spouse.unit, elsewhere.unit) == (home["unit"], home["unit"])


def test_a_photo_goes_with_the_words_of_its_complaint_and_others_stay(
    session: Session, community: Community, work: Work
) -> None:
    resident = given_resident(session, community, name=NAME)
    places = (community, community, given_community(session))
    texts = (f"{NAME}没有打折", "没有打折", f"{NAME}没有打折")
    complaints = [
        given_complaint(
            session,
            given_shop(session, place),
            text=text,
            picture_id=given_picture(session, place, PicturePurpose.COMPLAINT).id,
        )
        for place, text in zip(places, texts, strict=True)
    ]
    session.commit()

    erase_one(work, resident.id)
    session.commit()

    for complaint in complaints:
        session.refresh(complaint)
    assert [one.picture_id is None for one in complaints] == [True, False, False]


def test_somebody_is_erased_once(everything: Everything, work: Work) -> None:
    erase(work, everything)

    with pytest.raises(PersonErasedError):
        erase(work, everything)


def test_whoever_was_changed_meanwhile_is_looked_at_again(
    session: Session, community: Community, work: Work
) -> None:
    resident = given_resident(session, community)

    with pytest.raises(StaleRecordError):
        erase_one(work, resident.id, version=2)


def test_another_communitys_people_are_unknown(session: Session, work: Work) -> None:
    theirs = given_resident(session, given_community(session))

    with pytest.raises(UnknownRecordError):
        erase_one(work, theirs.id)
