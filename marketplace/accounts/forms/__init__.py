"""Forms of people and enterprises."""
