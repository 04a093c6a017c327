"""The steps of a round, from its planning to the cards."""
