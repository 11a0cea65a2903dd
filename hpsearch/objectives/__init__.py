"""How a trial runs: from Trial to Result."""
