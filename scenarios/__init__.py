"""Worlds to look at: generated networks, simulated machines, and people who act in them.

Seeding writes rows; after that a scenario touches the system only as people and machines do: over HTTP and MQTT.
"""
