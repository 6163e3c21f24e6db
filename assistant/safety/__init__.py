"""Safety: hears danger in what people say, before anything else happens."""
