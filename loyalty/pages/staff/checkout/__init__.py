"""The sales of the community: looked up, taken back, and handed out as a table."""
