"""Between drafts and the tables of HSDS 3, the Human Services Data Specification (Open Referral).

provider ↔ organization, place ↔ location (+ address, phone), offering ↔ service + service_at_location (+
schedule, cost_option). What HSDS has no column for stands in ``attribute`` rows whose label is the field of the
draft and whose value is JSON, so that nothing is lost on the way out and in again.

Specification: https://docs.openreferral.org/en/v3.0/
"""
