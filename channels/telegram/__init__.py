"""The family in Telegram: the same desk by text, voice, place and photo, and notices from the outbox."""
