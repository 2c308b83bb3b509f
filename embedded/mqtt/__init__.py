"""An embedded MQTT 3.1.1 broker for demonstrations and tests: amqtt behind a door of our own.

Mosquitto or EMQX take its place in operation (`MQTT_URL`); see docs/decisions/0003-embedded-stack.md.
"""
