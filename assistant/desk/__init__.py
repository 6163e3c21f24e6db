"""The conversation desk: a turn in, a reply out, the same for every channel."""
