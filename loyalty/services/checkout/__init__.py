"""A card at the till: judged, used, taken back."""
