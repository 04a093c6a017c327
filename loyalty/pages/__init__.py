"""Server-rendered pages: public, resident and staff console."""
