"""Deals, offers and work in the browser."""
