"""The recipe of the bundled Mandarin model: texts, voices, features, network, graph, check.

It runs in its own environment (this folder's pyproject.toml); nothing here is imported when a call is answered.
"""
