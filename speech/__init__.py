"""Hearing, speaking and turn taking for Mandarin on a telephone line. Knows nothing of the product around it."""
