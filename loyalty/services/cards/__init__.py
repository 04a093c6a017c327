"""The cards: signed, checked, handed over, stopped."""
