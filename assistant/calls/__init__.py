"""Telephone calls: their record, the ones that this service makes, and a person's hand in a running one."""
