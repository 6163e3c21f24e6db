"""What a city grants to whom, with the document that says so."""
