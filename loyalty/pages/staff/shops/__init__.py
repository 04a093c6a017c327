"""The shops and their certification."""
