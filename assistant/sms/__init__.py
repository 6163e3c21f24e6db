"""Notices by SMS, over an HTTP gateway of the operator's choice (docs/sms.md)."""
