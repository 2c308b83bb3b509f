"""Machines over HTTP: only a factory's own, for programs of that factory."""
