"""Who is chosen: planned, nominated, scored, drawn."""
