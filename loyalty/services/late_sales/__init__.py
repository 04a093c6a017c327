"""Sales that come in late, and what staff look at."""
