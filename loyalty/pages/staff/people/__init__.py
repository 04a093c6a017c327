"""The residents and the areas they live in."""
