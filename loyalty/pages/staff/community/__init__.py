"""What a community decides for itself: its policy and its days."""
