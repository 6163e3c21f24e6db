"""Thin channels: they carry turns to the desk and render its replies."""
