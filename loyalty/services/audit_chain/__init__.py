"""The chain of what was recorded: continued beside the sales, published, and verified."""
