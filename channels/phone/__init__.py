"""The telephone: a call is answered, heard, answered back; it carries turns and knows no rules."""
