"""The installable till: its page, its style and its modules."""
