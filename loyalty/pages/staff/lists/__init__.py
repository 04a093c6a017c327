"""The console's lists as workbooks."""
