"""A resident's own page: the way in, the code that goes on, and what its holder does there."""
