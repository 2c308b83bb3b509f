"""Money in the browser."""
