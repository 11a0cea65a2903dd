"""What did the user write, and where? YAML text, or plain data, as a tree with positions."""
