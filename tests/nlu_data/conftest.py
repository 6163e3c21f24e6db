"""These tests need Rasa's environment; in the other one they are not collected."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("rasa") else ["test_*.py"]
