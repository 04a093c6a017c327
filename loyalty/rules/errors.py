"""What the programme refuses."""


class LoyaltyError(Exception):
    """A refusal of the programme, with a sentence for people."""

    @property
    def detail(self) -> str:
        """The sentence itself."""
        return str(self)


class RecordedRefusalError(LoyaltyError):
    """A refusal that is itself written down, such as a failed sign-in: what was written stays."""


class BadNumberError(LoyaltyError):
    """The text is not a card number: wrong length, wrong letters or wrong check digits."""
