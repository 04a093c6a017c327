"""What the programme does: verbs per noun. A service flushes, and never commits."""
