"""What the programme refuses."""


class LoyaltyError(Exception):
    """A refusal of the programme, told to a person in a sentence."""

    @property
    def detail(self) -> str:
        """The sentence itself."""
        return str(self)


class BadNumberError(LoyaltyError):
    """The text is not a card number: wrong length, wrong letters or wrong check digits."""
