"""What is shown: tables in every format, the live display, plain lines."""
