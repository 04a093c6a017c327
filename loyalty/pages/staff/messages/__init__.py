"""Where messages to residents go, and what did not arrive."""
