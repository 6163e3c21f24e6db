"""Scores the product against files of utterances, dates and dialogues."""
