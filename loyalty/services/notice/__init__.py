"""What is published of a round, and the objections to it."""
