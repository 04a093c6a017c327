"""The accounts of those who work on the programme, and how they sign in."""
