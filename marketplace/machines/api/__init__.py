"""Devices and what they send, over HTTP."""
