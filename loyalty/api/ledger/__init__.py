"""The figures of who gained what."""
