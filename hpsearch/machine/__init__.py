"""What the computer and its operating system give, and what they may lack."""
