"""Seniors, their relatives, and the workers who help them; who may act for whom."""
