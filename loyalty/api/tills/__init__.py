"""The tills of the shops: paired, and what they take along."""
