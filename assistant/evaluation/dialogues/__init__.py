"""Scores whole conversations: the real stack without audio, the clock fixed, the outcome read from the database.

A file is a YAML list of dialogues (docs/evaluation.md). ``scene`` puts a dialogue's world into the
database, ``driver`` says its turns, ``outcome`` compares what came of it.
"""
