"""Looking after people who live alone: check-ins that the senior agreed to, and what follows a missed one."""
