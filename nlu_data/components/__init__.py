"""Rasa components of the assistant: how Mandarin text becomes features, intents, services and entities."""
