"""A fictional market with six months behind it, made by the services with past clocks."""
