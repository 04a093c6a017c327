"""What the owner of a shop sees and does: their own shops, and nothing of any other."""
