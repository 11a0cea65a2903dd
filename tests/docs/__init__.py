"""The pages of the docs, and running them."""
