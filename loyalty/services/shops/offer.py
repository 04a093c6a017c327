"""What owners do about the offers of their shops: correct, confirm, and ask for another rate.

Hours and words are the owner's own. What touches the price is asked for, and holds once staff have
agreed: the rates and the goods stand under the community's seal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from loyalty.models import CertificationEvent, OfferConfirmation, OfferProposal, Shop
from loyalty.rules.certification import CertificationAction
from loyalty.rules.money import Permille
from loyalty.rules.offer import find_quarter
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import (
    ProposalDecidedError,
    SecondPersonError,
    StaleRecordError,
    ValueRefusedError,
)
from loyalty.services.same_person import is_own_account
from loyalty.services.shops.finding import WITH_TERMS, get_shop, get_shop_for_owner, gives_on
from loyalty.services.shops.shops import AgreedTerm, ChangeShop, change_shop, refuse_terms
from loyalty.services.work import Work

AGREED_ANEW = (CertificationAction.CERTIFY.value, CertificationAction.RENEW.value)
"""Steps at which the offer is looked at, so that it need not be confirmed in the same quarter."""


@dataclass(frozen=True, slots=True)
class CorrectOffer:
    """The hours and the words of an offer, as its owner has them."""

    shop_id: UUID
    version: int
    """Of the shop that was read; another one by now is refused."""
    hours: str | None
    offer: str | None


@dataclass(frozen=True, slots=True)
class ProposeTerms:
    """What an owner would have changed in what decides the price."""

    shop_id: UUID
    version: int
    terms: Sequence[AgreedTerm]
    opted_in_categories: Sequence[str]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DecideProposal:
    """What staff say to a proposal."""

    proposal_id: UUID
    version: int
    """Of the proposal that was read, as `shop_version` is of the shop: neither is passed over."""
    shop_version: int
    accepted: bool
    answer: str | None = None


def correct_offer(work: Work, request: CorrectOffer) -> Shop:
    """Change the hours and the words of an owner's own offer; it holds at once.

    Raises:
        NotAllowedError: the shop is another's.
        StaleRecordError: somebody has changed the shop meanwhile.
        ValueRefusedError: it keeps the last word to the shop.
    """
    shop = get_shop_for_owner(work, request.shop_id)
    change = ChangeShop(shop.id, request.version, hours=request.hours, offer=request.offer)
    return change_shop(work, change)


def propose_terms(work: Work, request: ProposeTerms) -> OfferProposal:
    """Ask staff for other rates or goods; what was asked before and waits still is replaced.

    Raises:
        NotAllowedError: the shop is another's.
        StaleRecordError: somebody has changed the shop meanwhile.
        ValueRefusedError: a rate lies outside the band, or goods are none a shop may choose.
    """
    # Whoever changes a shop, or answers what is asked, waits here.
    locked_community(work.session, work.community_id)
    get_shop_for_owner(work, request.shop_id)
    shop = get_shop(work, request.shop_id, version=request.version)
    refuse_terms(work, shop, request.terms, request.opted_in_categories)
    proposal = find_waiting_proposal(work, shop.id) or OfferProposal(
        community_id=shop.community_id, shop_id=shop.id
    )
    proposal.shop_version = shop.version
    proposal.terms = [
        {"honour": term.honour, "pay_permille": int(term.pay)} for term in request.terms
    ]
    proposal.opted_in_categories = sorted(set(request.opted_in_categories))
    proposal.reason = request.reason
    proposal.proposed_at, proposal.proposed_by = work.now, work.actor.account_id
    work.session.add(proposal)
    work.note("offer.proposed", proposal)
    return proposal


def find_waiting_proposal(work: Work, shop_id: UUID) -> OfferProposal | None:
    """Return what the owner of a shop asks for, if staff have not answered."""
    return work.session.scalar(
        work.select(OfferProposal).where(
            OfferProposal.shop_id == shop_id, OfferProposal.accepted.is_(None)
        )
    )


def find_latest_proposal(work: Work, shop_id: UUID) -> OfferProposal | None:
    """Return what the owner of a shop asked for last, answered or not."""
    query = work.select(OfferProposal).where(OfferProposal.shop_id == shop_id)
    return work.session.scalar(query.order_by(OfferProposal.id.desc()).limit(1))


def list_waiting_proposals(work: Work) -> Sequence[OfferProposal]:
    """Return what owners ask for and nobody has answered, the longest waiting first."""
    return work.session.scalars(
        work.select(OfferProposal)
        .where(OfferProposal.accepted.is_(None))
        .options(joinedload(OfferProposal.shop))
        .order_by(OfferProposal.proposed_at, OfferProposal.id)
    ).all()


def decide_proposal(work: Work, request: DecideProposal) -> OfferProposal:
    """Agree to a proposal, which changes the shop, or answer why not. Each is decided once.

    Raises:
        UnknownRecordError: the community has no such proposal.
        ProposalDecidedError: somebody has decided it.
        StaleRecordError: the owner has asked for something else meanwhile, or the shop was changed.
        SecondPersonError: it is the actor's own.
        ValueRefusedError: it is declined without a word, or its rates are out of the band by now.
    """
    locked_community(work.session, work.community_id)
    proposal = work.find(OfferProposal, request.proposal_id)
    shop = get_shop(work, proposal.shop_id)
    if proposal.accepted is not None:
        raise ProposalDecidedError("This proposal has been decided.")
    if (proposal.version, shop.version) != (request.version, request.shop_version):
        raise StaleRecordError("The proposal or the shop has been changed; read both again.")
    if is_own_account(work, proposal.proposed_by):
        raise SecondPersonError("Somebody else than the owner agrees.")
    if not request.accepted and not request.answer:
        raise ValueRefusedError("/answer", "Say why not.")
    if request.accepted:
        change_shop(work, _change_of(proposal, request.shop_version))
    proposal.accepted, proposal.answer = request.accepted, request.answer
    proposal.decided_at, proposal.decided_by = work.now, work.actor.account_id
    work.note("offer.decided", proposal, accepted=request.accepted)
    return proposal


def terms_of(proposal: OfferProposal) -> list[AgreedTerm]:
    """Return the rates that a proposal asks for."""
    return [AgreedTerm(one["honour"], Permille(one["pay_permille"])) for one in proposal.terms]


def _change_of(proposal: OfferProposal, version: int) -> ChangeShop:
    return ChangeShop(
        proposal.shop_id,
        version,
        terms=terms_of(proposal),
        opted_in_categories=proposal.opted_in_categories,
        reason=proposal.reason,
    )


def confirm_offer(work: Work, shop_id: UUID) -> None:
    """Write down that the offer of a shop holds in this quarter; a second time changes nothing.

    Raises:
        NotAllowedError: the account is neither the owner's nor one of staff.
    """
    shop = get_shop_for_owner(work, shop_id)
    confirmed = work.session.execute(
        insert(OfferConfirmation)
        .values(
            community_id=shop.community_id,
            shop_id=shop.id,
            quarter=find_quarter(work.now.date()),
            account_id=work.actor.account_id,
            at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(OfferConfirmation.id)
    )
    if confirmed.first() is not None:
        work.note("offer.confirmed", shop)


def is_unconfirmed(work: Work, shop_id: UUID) -> bool:
    """Return whether the offer of a shop is to be confirmed in this quarter still."""
    return work.session.scalar(_select_unconfirmed(work).where(Shop.id == shop_id)) is not None


def list_unconfirmed(work: Work) -> Sequence[Shop]:
    """Return the shops whose offer nobody has confirmed in this quarter, by their pinyin."""
    query = _select_unconfirmed(work).options(WITH_TERMS)
    return work.session.scalars(query.order_by(Shop.name_pinyin, Shop.id)).all()


def _select_unconfirmed(work: Work) -> Select[tuple[Shop]]:
    """Select the shops that take cards, and have neither confirmed nor agreed in this quarter."""
    today = work.now.date()
    quarter = find_quarter(today)
    begins = datetime.combine(quarter, time.min, work.now.tzinfo)
    own = work.community_id
    confirmed = select(OfferConfirmation.shop_id).where(
        OfferConfirmation.community_id == own, OfferConfirmation.quarter == quarter
    )
    agreed = select(CertificationEvent.shop_id).where(
        CertificationEvent.community_id == own,
        CertificationEvent.action.in_(AGREED_ANEW),
        CertificationEvent.at >= begins,
    )
    return work.select(Shop).where(
        gives_on(today), Shop.id.not_in(confirmed), Shop.id.not_in(agreed)
    )


def values_proposed(proposal: OfferProposal) -> Mapping[str, str | None]:
    """Return what a proposal asks for, by member of the shop, as `history.values_of` writes it."""
    terms = sorted(f"{one['honour']}:{one['pay_permille']}" for one in proposal.terms)
    return {
        "terms": ",".join(terms) or None,
        "opted_in_categories": ",".join(proposal.opted_in_categories) or None,
    }
