"""The pages of community workers, operators, auditors and administrators."""
