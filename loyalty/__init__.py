"""A discount-card programme for neighbourhood markets, from the selection to the benefit."""
