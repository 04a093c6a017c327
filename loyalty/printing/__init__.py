"""What is printed both for staff at the console and for programs, put together once for the two."""
