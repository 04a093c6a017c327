"""Matters raised by residents and shops."""
