"""Pictures that people add."""
