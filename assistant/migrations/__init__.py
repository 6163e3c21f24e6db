"""Migrations of the database, forward only (``assistant.schema``)."""
