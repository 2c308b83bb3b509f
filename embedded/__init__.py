"""PostgreSQL, Redis, an MQTT broker and every process of Muster, from Python wheels, under one small supervisor.

`python -m embedded up` starts all of it in one state folder; `DATABASE_URL`, `REDIS_URL` and `MQTT_URL` replace parts.
"""
