"""What running a trial means: from Trial to Result."""
