"""Plays recordings into the running system as live machines: through the broker or HTTP, as any device would."""
