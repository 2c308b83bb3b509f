"""Shipments in the browser: the sender's, the receiver's, the buyer's, and two links without a log-in."""
