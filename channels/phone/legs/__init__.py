"""How calls come in and go out: one adapter a file, all behind ``leg.CallLeg`` and ``leg.Line``."""
