"""Selling without network: how long, and how much."""

DAYS_WITHOUT_NETWORK = 7
"""How old a till's offline pack may be; after that the till asks for the network."""
