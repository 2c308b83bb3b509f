"""Coordination over HTTP."""
