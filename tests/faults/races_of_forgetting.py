"""What is forgotten, or sealed anew, while somebody else writes at it."""

import json
from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.keys import sealing_key_from
from loyalty.data_keys import hold_data_keys
from loyalty.models import Community, ImportJob, Matter, Resident, StaffAccount
from loyalty.rules.traces import FORGOTTEN
from loyalty.services.actors import Role
from loyalty.services.imports.answers import TableAnswers
from loyalty.services.imports.jobs import answer_import
from loyalty.services.imports.keeping import forget_tables_about
from loyalty.services.kept_answers import (
    KeyedCall,
    claim_key,
    keep_answer,
    take_traces_out_of_answers,
)
from loyalty.services.messages.hooks import remove_hook
from loyalty.services.privacy.resealing import reseal_secrets, reseal_some
from loyalty.services.privacy.texts import take_traces_out_of_texts
from loyalty.services.staff.second_factor import open_secret, seal_secret
from loyalty.services.work import Work
from tests.faults.overlap import in_transaction
from tests.faults.races import Race, Street
from tests.given import NOON, SEALING_KEY, SECRET, given_account, given_card, given_staff
from tests.given_messages import given_hook, given_recipient
from tests.given_notices import given_matter
from tests.given_tables import HEADINGS, text, upload

NAME, OTHER = "轩辕破晓", "阿依古丽"
ANOTHER = b"another twenty bytes"
NEW = "the data key that comes after, of thirty two characters and more"


def an_answer_beside_the_forgetting_of_its_person(street: Street) -> Race:
    nameless = text(HEADINGS, ("", "3号楼501", "是", "H-1"))
    job = UUID(upload(street.app.test_client(), street.manager, nameless).json["import_id"])
    clerk = given_staff(street.session, street.community)
    community_id = street.community.id

    def answer(own: Session) -> int:
        said = TableAnswers(cells={2: {"name": NAME}})
        return len(answer_import(Work(own, clerk, NOON), job, said).valid_rows)

    def forget(own: Session) -> int:
        return forget_tables_about(own, community_id, NAME, now=NOON)

    return Race(
        partial(in_transaction, street.app, answer),
        partial(in_transaction, street.app, forget),
        lambda: street.read(ImportJob.forgotten_at, job) == NOON,
    )


def two_forgotten_in_one_answer(street: Street) -> Race:
    community_id = street.community.id
    call = KeyedCall(given_staff(street.session, street.community), uuid4(), b"hash")
    claim_key(street.session, call, sealing_key=SEALING_KEY, now=NOON)
    told = json.dumps({"body": f"{NAME} {OTHER}"}).encode()
    keep_answer(street.session, call, told, sealing_key=SEALING_KEY)

    def forget(name: str, own: Session) -> None:
        take_traces_out_of_answers(own, community_id, name, sealing_key=SEALING_KEY)

    def read() -> str:
        street.session.rollback()
        kept = claim_key(street.session, call, sealing_key=SEALING_KEY, now=NOON)
        return str(json.loads(kept or b"{}")["body"])

    one, two = (
        partial(in_transaction, street.app, partial(forget, name)) for name in (NAME, OTHER)
    )
    return Race(one, two, read)


def two_forgotten_in_one_text(street: Street) -> Race:
    community_id = street.community.id
    matter = given_matter(street.session, street.community, contact=f"{NAME} {OTHER}")

    def forget(name: str, own: Session) -> None:
        take_traces_out_of_texts(own, community_id, name)

    one, two = (
        partial(in_transaction, street.app, partial(forget, name)) for name in (NAME, OTHER)
    )
    return Race(one, two, _contact_of(street, matter.id))


def a_contact_written_while_all_is_sealed_anew(street: Street) -> Race:
    community_id = street.community.id
    matter_id = given_matter(street.session, street.community, contact="3-501").id
    hold_data_keys([NEW, SECRET])

    def write(own: Session) -> None:
        own.scalars(select(Matter).where(Matter.community_id == community_id)).one().contact = NAME
        own.flush()

    def reseal(own: Session) -> None:
        while reseal_some(own, community_id):
            pass

    return Race(
        partial(in_transaction, street.app, write),
        partial(in_transaction, street.app, reseal),
        _contact_of(street, matter_id),
    )


def a_second_factor_set_while_secrets_are_sealed_anew(street: Street) -> Race:
    account = given_account(street.session, street.community)
    account_id, community_id = account.id, street.community.id
    own_key = (community_id, account_id)
    current = sealing_key_from(NEW)

    def write(own: Session) -> None:
        changed = own.get_one(StaffAccount, own_key)
        changed.totp_secret = seal_secret(ANOTHER, changed, sealing_key=current)
        own.flush()

    def reseal(own: Session) -> None:
        reseal_secrets(own, own.get_one(Community, community_id), [current, SEALING_KEY])

    def read() -> bytes:
        street.session.rollback()
        now = street.session.get_one(StaffAccount, own_key)
        return open_secret(now.totp_secret or b"", now, sealing_key=current)

    return Race(
        partial(in_transaction, street.app, write),
        partial(in_transaction, street.app, reseal),
        read,
    )


def a_change_of_somebody_beside_the_end_of_their_messages(street: Street) -> Race:
    hook = given_hook(street.session, street.community).hook
    card = given_card(street.session, street.community)
    given_recipient(street.session, hook, card)
    manager = given_staff(street.session, street.community, Role.MANAGER)
    hook_id, resident_id = hook.id, card.resident_id

    def remove(own: Session) -> None:
        remove_hook(Work(own, manager, NOON), hook_id)

    return Race(
        street.send(f"PATCH /residents/{resident_id}", json={"unit": "5号楼101"}),
        partial(in_transaction, street.app, remove),
        lambda: street.read(Resident.consent_messages, resident_id),
    )


def _contact_of(street: Street, matter_id: UUID) -> Callable[[], str | None]:
    community_id = street.community.id

    def read() -> str | None:
        street.session.rollback()
        return street.session.get_one(Matter, (community_id, matter_id)).contact

    return read


BOTH_FORGOTTEN = f"{FORGOTTEN} {FORGOTTEN}"
"""What is left of two names."""
