"""The computer and its operating system: what they provide, and what may be missing."""
