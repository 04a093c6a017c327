"""A receipt is given out once in its community, whatever it was given for."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter, Receipt, Round
from loyalty.rules.calendar import Month
from loyalty.services.matters.matters import MatterKind, RaiseMatter, Raiser, raise_public_matter
from loyalty.services.receipts import give_out, make_receipt
from loyalty.services.selection.public_nominations import NominateByName, nominate_by_name
from tests.given import NOON, given_community

RAISED = RaiseMatter(MatterKind.NEED, "路灯坏了", Raiser.RESIDENT)
VOICE = NominateByName("civilized_resident", "赵大力", "9号楼", "neighbour")


def receipts_of(session: Session, community: Community) -> set[str]:
    query = select(Receipt.receipt).where(Receipt.community_id == community.id)
    return set(session.scalars(query))


def test_whatever_the_public_sends_has_its_receipt_among_all_that_were_given_out(
    session: Session, community: Community, open_round: Round
) -> None:
    matter = raise_public_matter(session, community, RAISED, receipt=make_receipt(), now=NOON)
    month = Month.of(open_round.month)
    nomination = nominate_by_name(session, community, month, VOICE, now=NOON)

    assert receipts_of(session, community) == {matter.receipt, nomination.receipt}


def test_a_receipt_that_is_sent_again_stands_there_once(
    session: Session, community: Community
) -> None:
    for _ in range(2):
        raise_public_matter(session, community, RAISED, receipt="ABCD", now=NOON)

    assert receipts_of(session, community) == {"ABCD"}
    assert session.scalar(select(func.count()).select_from(Matter)) == 1


def test_two_communities_know_nothing_of_each_others_receipts(
    session: Session, community: Community
) -> None:
    elsewhere = given_community(session)
    give_out(session, community.id, "ABCD")

    give_out(session, elsewhere.id, "ABCD")

    assert receipts_of(session, elsewhere) == {"ABCD"}
