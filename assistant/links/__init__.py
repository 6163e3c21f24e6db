"""Chats that belong to people: linking a relative's chat to a senior, and delivery of notices to it."""
