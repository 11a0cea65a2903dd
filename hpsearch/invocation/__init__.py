"""How are a trial's values passed to a command?"""
