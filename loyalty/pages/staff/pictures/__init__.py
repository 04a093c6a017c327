"""Pictures that staff look at."""
