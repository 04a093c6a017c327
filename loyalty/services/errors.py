"""What the services refuse, named for the programme. The API maps each to HTTP in one table."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from loyalty.rules.errors import LoyaltyError, RecordedRefusalError
from loyalty.rules.limits import PassedLimit
from loyalty.rules.own_page import PinFault
from loyalty.rules.verdict import Verdict


class UnknownRecordError(LoyaltyError):
    """The community has no such record; another community's counts as none."""


class AlreadyExistsError(LoyaltyError):
    """A record with this name or number exists."""


class AlreadyJoinedError(AlreadyExistsError):
    """Whoever joins a community has another account there, or it is another's."""


class EvidenceKnownError(AlreadyExistsError):
    """The evidence stands for another entry already; both may be meant."""


class VisitKnownError(AlreadyExistsError):
    """Whoever writes a visit down has done so before, with another note."""


class StaleRecordError(LoyaltyError):
    """Somebody changed the record since it was read."""


class NotAllowedError(LoyaltyError):
    """This caller may not do this."""


class SecondFactorOwedError(NotAllowedError):
    """The account has to set up its second factor before it does anything else."""


class SecondPersonError(NotAllowedError):
    """Somebody else than who entered it approves it."""


class OwnAccountError(SecondPersonError):
    """Somebody else changes which resident an account of one's own is."""


class ClosedAccountError(NotAllowedError):
    """An account that was closed joins no further community."""


class InvolvedError(NotAllowedError):
    """Whoever decides has spoken for the person before, scored or entered them, or lives there."""


class ShopInvolvedError(InvolvedError):
    """Whoever decides has taken the shop in or inspected it, or owns it."""


class NoticeTakenDownError(UnknownRecordError):
    """There was such a notice; its time is over, or the round was called off."""


class SignInError(RecordedRefusalError):
    """Who calls could not be established."""


class TillRevokedError(SignInError):
    """The till was revoked; what it sent is kept apart, and nothing was recorded."""

    def __init__(self, kept: Sequence[UUID]) -> None:
        super().__init__("This till was revoked; staff look at the sales that were kept.")
        self.kept = tuple(kept)
        """Idempotency keys of the sales that we hold, which the till need not send again."""


class SignInLockedError(RecordedRefusalError):
    """Too many failed sign-ins; the account waits."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("Too many attempts failed; try again in a quarter of an hour.")
        self.wait = wait
        """How long it still waits."""


class OwnPageSignInError(SignInError):
    """Number and PIN, or number and code, do not belong together; which is wrong is not said."""


class OwnPageLockedError(SignInLockedError):
    """Too many PINs were wrong; an activation code still opens the page."""


class ActivationUsedError(SignInError):
    """The code is right, and somebody has chosen a PIN with it, or a newer one was printed."""

    def __init__(self) -> None:
        super().__init__("This activation code was used; sign in with the PIN.")


class CardNotUsableError(SignInError):
    """The code is right, and the card does not work any more."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"The card of this number does not work: {verdict}.")
        self.verdict = verdict


class PinRefusedError(LoyaltyError):
    """The PIN is one that others would try."""

    def __init__(self, fault: PinFault) -> None:
        super().__init__(f"Choose another PIN: {fault}.")
        self.fault = fault


class ValueRefusedError(LoyaltyError):
    """A value has the right shape and makes no sense."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer
        """JSON pointer of the member, such as ``/lists/0/quota``."""


class CommonPasswordError(ValueRefusedError):
    """A password is among those that are guessed first."""


class RowsRefusedError(LoyaltyError):
    """Some rows of a sheet make no sense, so none of them was taken in."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(f"{len(faults)} rows cannot be used; nothing was recorded.")
        self.faults = dict(faults)
        """JSON pointer of each row's member → what is wrong with it."""


class TooManyCardsError(ValueRefusedError):
    """More cards are to be printed than are drawn at once."""

    def __init__(self, pointer: str, *, most: int, asked: int) -> None:
        super().__init__(
            pointer,
            f"At most {most} cards are printed at once, and these are {asked};"
            " name some of them, and the others next.",
        )
        self.most = most
        self.asked = asked


class CardRefusedError(LoyaltyError):
    """The card gives nothing here and now."""

    def __init__(self, verdict: Verdict, limit: PassedLimit | None = None) -> None:
        super().__init__(f"The card was refused: {verdict}.")
        self.verdict = verdict
        self.limit = limit
        """Only with `OVER_LIMIT`."""


class TooManyUnknownError(LoyaltyError):
    """A till has asked for too many numbers that nobody has, and is told of no number any more."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            "This till has asked for too many numbers that nobody has. Scan the QR of the card;"
            " numbers are looked for again later."
        )
        self.wait = wait
        """How long it still waits."""


class BusyError(LoyaltyError):
    """The record is being changed by others, or is out of reach; the request may be sent again."""

    SECONDS = 2
    """After how long."""


class ReportsAwayError(BusyError):
    """The replica that reports are read from is out of reach or behind; all else goes on."""


class KeyReusedError(LoyaltyError):
    """The idempotency key has been used for another sale."""


class AnswerLostError(LoyaltyError):
    """The call was carried out under this key; what it was answered can no longer be read."""


class ReversalRefusedError(LoyaltyError):
    """A sale cannot be voided or returned like this."""


class TooMuchBackError(ReversalRefusedError):
    """More would come back than is left of a sale."""


class StateError(LoyaltyError):
    """The record's state does not allow the action now."""

    def __init__(self, message: str, missing: Sequence[str]) -> None:
        super().__init__(message)
        self.missing = tuple(missing)
        """Codes of everything that is missing."""


class RoundStateError(StateError):
    """The selection round does not allow the action now."""


class NoticeReopenedError(RoundStateError, RecordedRefusalError):
    """Somebody moved up at the last moment, so the notice runs on; that it does is written down."""


class DrawRefusedError(RoundStateError, RecordedRefusalError):
    """A seed was entered that cannot be taken now; that somebody tried is written down."""


class SeedRefusedError(ValueRefusedError, RecordedRefusalError):
    """What was entered for the draw is not what it needs; that somebody tried is written down."""


class CertificationStateError(StateError):
    """The shop's certification does not allow the action now."""


class StallStateError(StateError):
    """The stall cannot change hands on this day."""


class CardStateError(StateError):
    """The card does not allow the action now."""


class CardsOffSheetError(CardStateError):
    """Some of the cards to be printed do not work; a card that is shown is one that does."""

    def __init__(self, last4: Sequence[str]) -> None:
        super().__init__(
            f"These cards are lost, stopped or expired, by their last digits: {', '.join(last4)}.",
            ["wrong_state"],
        )
        self.last4 = tuple(last4)
        """Last four digits of each."""


class MonthStateError(StateError):
    """The month cannot be closed now."""


class ContributionStateError(StateError):
    """The entry, or its month, does not allow this now."""


class ImportStateError(StateError):
    """The import has been applied or undone already, or holds nothing to apply."""


class UnreadableFileError(LoyaltyError):
    """An uploaded file cannot be read as a table; the message says what to do about it."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        """Code of the reason."""


class FileReaderBusyError(BusyError, UnreadableFileError):
    """Nothing is wrong with the file; the machine has no time to read it now."""


class PictureRefusedError(LoyaltyError):
    """What was sent is no picture, or none that is kept; the message says what to do about it."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        """Code of the reason."""


class PictureReaderBusyError(BusyError, PictureRefusedError):
    """Nothing is wrong with the picture; the machine has no time to read it now."""


class PersonErasedError(LoyaltyError):
    """Nothing is known of this person any more, and nothing is done with what is left."""


class ErasureRefusedError(StateError):
    """The person cannot be erased yet; the codes say what comes first."""


class SignalPutAwayError(LoyaltyError):
    """Somebody has looked at a signal already."""


class ProposalDecidedError(LoyaltyError):
    """Somebody has answered what the owner of a shop asks for."""


class CaseDecidedError(LoyaltyError):
    """Somebody has decided the case already."""


class ComplaintAnsweredError(LoyaltyError):
    """Somebody has answered the complaint already."""


class PairingError(LoyaltyError):
    """The pairing code is unknown, used or too old."""
