"""Good deeds, and the points of a month."""
