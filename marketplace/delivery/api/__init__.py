"""Shipments, receipts, events and forecasts over HTTP."""
