"""Tables people upload: read, asked about, taken in, taken back."""
