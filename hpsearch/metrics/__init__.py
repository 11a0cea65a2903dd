"""What number does a line or a file report?"""
