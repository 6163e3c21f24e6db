"""银铃 Yinling: the service behind a city's elder-care hotline."""
