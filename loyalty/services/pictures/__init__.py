"""Pictures that people add: made clean in a process of their own, and kept."""
