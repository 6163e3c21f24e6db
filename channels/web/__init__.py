"""The chat page: the same desk by text, place and sound, in any browser, for old eyes and hands."""
