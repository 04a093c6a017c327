"""What is known of a person: told to them, erased when they ask, and forgotten in time."""
