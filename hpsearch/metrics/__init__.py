"""What number does a line say?"""
