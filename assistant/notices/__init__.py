"""Notices for people without a chat: who may get one, under which number, in which words."""
