"""The pages of the docs, and code to run them."""
