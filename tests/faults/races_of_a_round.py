"""Races about a round, from its nominations to the objections."""

from functools import partial

from loyalty.models import Ballot, Candidate, Nomination, Objection, Panellist, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.notice.objections import MakeObjection, make_objection
from loyalty.services.selection.public_nominations import NominateByName, nominate_by_name
from tests.faults.overlap import Act, in_transaction
from tests.faults.races import Race, Street
from tests.given import NOON, given_account, given_resident, given_round
from tests.given_notices import DECEMBER, given_notice, given_objection, placed
from tests.given_rounds import (
    candidates_on,
    given_candidate,
    given_nomination,
    given_round_after,
    given_seat,
)

RECEIPT = "ABCDABCDABCDABCD"
FALSE = "这不是真的"


def _voice(street: Street) -> dict[str, str]:
    resident = given_resident(street.session, street.community)
    return {
        "honour": "civilized_resident",
        "resident_id": str(resident.id),
        "source": "staff",
    }


def _open_round(street: Street) -> Round:
    selection_round = given_round(street.session, street.community, state="open")
    given_candidate(street.session, selection_round)
    return selection_round


def a_screening_beside_a_nomination(street: Street) -> Race:
    path = f"/rounds/{_open_round(street).id}"
    voice = _voice(street)
    return Race(
        street.send(f"POST {path}/actions", json={"action": "screen"}),
        street.send(f"POST {path}/nominations", by=street.other, json=voice),
        lambda: street.count(Candidate, Candidate.outcome.is_(None)),
    )


def a_nomination_beside_a_screening(street: Street) -> Race:
    path = f"/rounds/{_open_round(street).id}"
    voice = _voice(street)
    return Race(
        street.send(f"POST {path}/nominations", by=street.other, json=voice),
        street.send(f"POST {path}/actions", json={"action": "screen"}),
        lambda: street.count(Candidate, Candidate.outcome == "eligible"),
    )


def two_panels_named(street: Street) -> Race:
    path = f"/rounds/{_open_round(street).id}/panel"
    accounts = [given_account(street.session, street.community, Role.PANEL).id for _ in range(2)]
    one, two = (
        street.send(f"POST {path}", by=by, json={"account_ids": [str(account)]})
        for account, by in zip(accounts, (street.manager, street.other), strict=True)
    )
    return Race(one, two, lambda: street.count(Panellist, Panellist.left_at.is_(None)))


def _conflict_and_ballot(street: Street) -> tuple[tuple[str, object], tuple[str, object]]:
    review = given_round_after(street.session, street.community, RoundAction.START_REVIEW)
    account = given_account(street.session, street.community, Role.PANEL)
    given_seat(street.session, review, account.id)
    who = {"account_id": str(account.id)}
    candidate = str(candidates_on(street.session, review)[0].id)
    path = f"POST /rounds/{review.id}"
    ballots = [{"candidate_id": candidate, "score": 90}]
    return (
        (f"{path}/conflicts", {**who, "candidate_id": candidate, "kind": "relative"}),
        (f"{path}/ballots", {**who, "ballots": ballots}),
    )


def a_conflict_beside_a_ballot(street: Street) -> Race:
    (declare, conflict), (cast, ballots) = _conflict_and_ballot(street)
    return Race(
        street.send(declare, json=conflict),
        street.send(cast, by=street.other, json=ballots),
        lambda: street.count(Ballot),
    )


def a_ballot_beside_a_conflict(street: Street) -> Race:
    (declare, conflict), (cast, ballots) = _conflict_and_ballot(street)
    return Race(
        street.send(cast, by=street.other, json=ballots),
        street.send(declare, json=conflict),
        lambda: street.count(Ballot),
    )


def two_decisions_about_a_nomination(street: Street) -> Race:
    nomination = given_nomination(street.session, _open_round(street))
    meant = {"resident_id": str(given_resident(street.session, street.community).id)}
    path = f"POST /nominations/{nomination.id}"
    return Race(
        street.send(f"{path}/reject", json={"reason": "查无此人"}),
        street.send(f"{path}/match", by=street.other, json=meant),
        lambda: street.read(Nomination.state, nomination.id),
    )


def one_voice_of_the_public_sent_twice(street: Street) -> Race:
    _open_round(street)
    voice = NominateByName("civilized_resident", "赵大力", "9号楼", "neighbour", receipt=RECEIPT)
    send = partial(
        in_transaction,
        street.app,
        lambda own: nominate_by_name(own, street.community, DECEMBER, voice, now=NOON).receipt,
    )
    return Race(send, send, lambda: street.count(Nomination))


def a_screening_beside_a_voice_of_the_public(street: Street) -> Race:
    screen, speak = _screening_and_voice(street)
    return Race(screen, speak, lambda: street.count(Nomination))


def a_voice_of_the_public_beside_a_screening(street: Street) -> Race:
    screen, speak = _screening_and_voice(street)
    return Race(speak, screen, lambda: street.count(Candidate, Candidate.outcome == "eligible"))


def _screening_and_voice(street: Street) -> tuple[Act, Act]:
    path = f"/rounds/{_open_round(street).id}/actions"
    given_resident(street.session, street.community, name="赵大力", unit="9号楼")
    voice = NominateByName("civilized_resident", "赵大力", "9号楼", "neighbour", receipt=RECEIPT)
    return (
        street.send(f"POST {path}", json={"action": "screen"}),
        partial(
            in_transaction,
            street.app,
            lambda own: nominate_by_name(own, street.community, DECEMBER, voice, now=NOON).receipt,
        ),
    )


def one_objection_sent_twice(street: Street) -> Race:
    notice = given_notice(street.session, street.community)
    reference = placed(street.session, notice, 1).reference
    against = MakeObjection(FALSE, reference, receipt=RECEIPT)
    send = partial(
        in_transaction,
        street.app,
        lambda own: make_objection(own, street.community, DECEMBER, against, now=NOON).receipt,
    )
    return Race(send, send, lambda: street.count(Objection))


def a_cancellation_beside_an_objection(street: Street) -> Race:
    notice = given_notice(street.session, street.community)
    reference = placed(street.session, notice, 1).reference
    cancel = {"action": "cancel", "reason": "名额有误"}
    return Race(
        street.send(f"POST /rounds/{notice.id}/actions", json=cancel),
        street.send(
            f"POST /public/{street.community.slug}/rounds/2026-12/objections",
            by={},
            json={"reference": reference, "text": FALSE},
        ),
        lambda: street.count(Objection),
    )


def two_decisions_of_an_objection(street: Street) -> Race:
    objection = given_objection(street.session, given_notice(street.session, street.community))
    one, two = (
        street.send(
            f"POST /objections/{objection.id}/decision",
            by=by,
            json={"upheld": upheld, "reason": "已经核实"},
        )
        for upheld, by in ((False, street.manager), (True, street.other))
    )
    return Race(one, two, lambda: street.read(Objection.upheld, objection.id))
