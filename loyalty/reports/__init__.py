"""What is printed. Drawing only: words and figures come in, and nothing is looked up here."""
