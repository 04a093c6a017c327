"""The card as a thing: its token, its codes, its sheet of paper."""
