"""Slots, quotes, orders and recurring orders."""
