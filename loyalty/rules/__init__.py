"""What must be true, whatever the screen or database: pure functions on plain values."""
