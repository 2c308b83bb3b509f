"""Products and orders over HTTP, for the buyer whose they are."""
