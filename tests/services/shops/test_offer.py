"""An owner answers for the offer: what is theirs to change, and what staff agree to first."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import CertificationEvent, Community, OfferConfirmation, Shop, ShopChange
from loyalty.rules.money import Permille
from loyalty.services.actors import Role
from loyalty.services.errors import (
    NotAllowedError,
    ProposalDecidedError,
    SecondPersonError,
    StaleRecordError,
    ValueRefusedError,
)
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.offer import (
    CorrectOffer,
    DecideProposal,
    ProposeTerms,
    confirm_offer,
    correct_offer,
    decide_proposal,
    find_waiting_proposal,
    is_unconfirmed,
    list_unconfirmed,
    propose_terms,
)
from loyalty.services.shops.shops import AgreedTerm, ChangeShop, change_shop
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.given import (
    NOON,
    given_account,
    given_community,
    given_resident,
    given_shop,
    given_staff,
)

LOWER = AgreedTerm("civilized_resident", Permille(820))


@pytest.fixture
def owner(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.SHOP_OWNER), NOON)


@pytest.fixture
def staff(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.STAFF), NOON)


@pytest.fixture
def stranger(session: Session, community: Community) -> Work:
    """The owner of another shop."""
    other = Work(session, given_staff(session, community, Role.SHOP_OWNER), NOON)
    given_shop(session, community, owner_id=other.actor.account_id)
    return other


@pytest.fixture
def shop(session: Session, community: Community, owner: Work) -> Shop:
    mine = given_shop(session, community, owner_id=owner.actor.account_id)
    return get_shop(owner, mine.id)


def asked_for(shop: Shop, *terms: AgreedTerm) -> ProposeTerms:
    return ProposeTerms(shop.id, shop.version, terms or (LOWER,), [], "生意好，多让一点")


def test_hours_and_words_are_the_owners_own_and_stand_in_the_history(
    session: Session, owner: Work, shop: Shop
) -> None:
    correct_offer(owner, CorrectOffer(shop.id, shop.version, "7:00–20:00", "买菜送葱"))

    assert (shop.hours, shop.offer) == ("7:00–20:00", "买菜送葱")
    changed = select(ShopChange.member, ShopChange.account_id).order_by(ShopChange.member)
    by = owner.actor.account_id
    assert session.execute(changed).tuples().all() == [("hours", by), ("offer", by)]


def test_the_last_word_is_nobodys(owner: Work, shop: Shop) -> None:
    with pytest.raises(ValueRefusedError):
        correct_offer(owner, CorrectOffer(shop.id, shop.version, None, "最终解释权归本店"))


def test_whoever_saves_second_is_told_and_overwrites_nothing(
    owner: Work, staff: Work, shop: Shop
) -> None:
    read = shop.version
    change_shop(staff, ChangeShop(shop.id, read, offer="社区写的"))

    with pytest.raises(StaleRecordError):
        correct_offer(owner, CorrectOffer(shop.id, read, None, "店主写的"))

    assert shop.offer == "社区写的"


def test_another_rate_holds_once_staff_agree(owner: Work, staff: Work, shop: Shop) -> None:
    proposal = propose_terms(owner, asked_for(shop))
    assert shop.terms == []

    wanted = DecideProposal(proposal.id, proposal.version, shop.version, accepted=True)
    decide_proposal(staff, wanted)

    assert [term.pay_permille for term in shop.terms] == [820]
    assert find_waiting_proposal(owner, shop.id) is None


def test_a_rate_outside_the_band_is_refused_before_staff_see_it(owner: Work, shop: Shop) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        propose_terms(owner, asked_for(shop, replace(LOWER, pay=Permille(700))))

    assert refusal.value.pointer == "/terms/0/pay_permille"
    assert find_waiting_proposal(owner, shop.id) is None


def test_what_is_declined_changes_nothing_and_says_why(
    owner: Work, staff: Work, shop: Shop
) -> None:
    proposal = propose_terms(owner, asked_for(shop))
    wanted = DecideProposal(proposal.id, proposal.version, shop.version, accepted=False)

    with pytest.raises(ValueRefusedError):
        decide_proposal(staff, wanted)
    decide_proposal(staff, replace(wanted, answer="先按原来的做满这个季度"))

    assert shop.terms == []
    with pytest.raises(ProposalDecidedError):
        decide_proposal(staff, replace(wanted, accepted=True))


def test_who_asks_twice_has_one_proposal_and_staff_agree_to_none_they_have_not_read(
    owner: Work, staff: Work, shop: Shop
) -> None:
    first = propose_terms(owner, asked_for(shop))
    read = first.version
    again = propose_terms(owner, asked_for(shop, replace(LOWER, pay=Permille(800))))

    assert again.id == first.id
    with pytest.raises(StaleRecordError):
        decide_proposal(staff, DecideProposal(first.id, read, shop.version, accepted=True))


def test_a_shop_that_was_changed_meanwhile_is_read_again_first(
    owner: Work, staff: Work, shop: Shop
) -> None:
    proposal = propose_terms(owner, asked_for(shop))
    read = shop.version
    later = replace(staff, now=NOON + timedelta(minutes=1))
    change_shop(later, ChangeShop(shop.id, read, terms=[replace(LOWER, pay=Permille(840))]))

    with pytest.raises(StaleRecordError):
        decide_proposal(staff, DecideProposal(proposal.id, proposal.version, read, accepted=True))

    assert [term.pay_permille for term in shop.terms] == [840]


def test_nobody_agrees_to_their_own(session: Session, community: Community) -> None:
    both = Work(session, given_staff(session, community, Role.STAFF, Role.SHOP_OWNER), NOON)
    mine = given_shop(session, community, owner_id=both.actor.account_id)
    shop = get_shop(both, mine.id)
    proposal = propose_terms(both, asked_for(shop))

    with pytest.raises(SecondPersonError):
        decide_proposal(
            both, DecideProposal(proposal.id, proposal.version, shop.version, accepted=True)
        )


def test_nor_with_another_account_of_theirs(session: Session, community: Community) -> None:
    me = given_resident(session, community)
    owner, second = (
        given_account(session, community, role, resident_id=me.id)
        for role in (Role.SHOP_OWNER, Role.STAFF)
    )
    as_owner, as_staff = (
        Work(session, to_staff_member(one, timezone=community.timezone), NOON)
        for one in (owner, second)
    )
    shop = get_shop(as_owner, given_shop(session, community, owner_id=owner.id).id)
    proposal = propose_terms(as_owner, asked_for(shop))
    agreed = DecideProposal(proposal.id, proposal.version, shop.version, accepted=True)

    with pytest.raises(SecondPersonError):
        decide_proposal(as_staff, agreed)


def test_the_owner_of_another_shop_does_none_of_it(stranger: Work, shop: Shop) -> None:
    with pytest.raises(NotAllowedError):
        correct_offer(stranger, CorrectOffer(shop.id, shop.version, None, None))
    with pytest.raises(NotAllowedError):
        propose_terms(stranger, asked_for(shop))
    with pytest.raises(NotAllowedError):
        confirm_offer(stranger, shop.id)


def test_an_offer_is_confirmed_once_a_quarter(session: Session, owner: Work, shop: Shop) -> None:
    assert is_unconfirmed(owner, shop.id)

    confirm_offer(owner, shop.id)
    confirm_offer(owner, shop.id)

    assert session.scalar(select(func.count()).select_from(OfferConfirmation)) == 1
    assert not is_unconfirmed(owner, shop.id)
    next_quarter = replace(owner, now=NOON.replace(year=2027, month=1, day=1))
    last_day = replace(owner, now=NOON.replace(day=31))
    assert is_unconfirmed(next_quarter, shop.id)
    assert not is_unconfirmed(last_day, shop.id)


@pytest.mark.parametrize(
    ("action", "days_ago", "due"),
    [
        # The quarter began seventy days before.
        ("certify", 69, False),
        ("renew", 69, False),
        ("renew", 70, True),
        ("warn", 1, True),
    ],
)
def test_whoever_was_certified_in_the_quarter_has_agreed_in_it(
    session: Session, owner: Work, shop: Shop, action: str, days_ago: int, *, due: bool
) -> None:
    step = {"action": action, "state": "certified", "at": NOON - timedelta(days=days_ago)}
    session.add(CertificationEvent(community_id=shop.community_id, shop_id=shop.id, **step))
    session.flush()

    assert is_unconfirmed(owner, shop.id) is due


@pytest.mark.parametrize("state", ["applied", "suspended", "withdrawn"])
def test_a_shop_that_takes_no_cards_is_not_asked(
    session: Session, owner: Work, shop: Shop, state: str
) -> None:
    shop.state = state
    session.flush()

    assert not is_unconfirmed(owner, shop.id)


def test_staff_list_those_of_their_own_community_alone(
    session: Session, community: Community, staff: Work, shop: Shop
) -> None:
    elsewhere = given_staff(session, given_community(session), Role.STAFF)
    given_shop(session, community, certified_until=date(2026, 12, 8), name="过期的")

    assert [one.id for one in list_unconfirmed(staff)] == [shop.id]
    assert list_unconfirmed(Work(session, elsewhere, NOON)) == []
