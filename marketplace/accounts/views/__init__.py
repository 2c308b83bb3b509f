"""The pages of people and enterprises."""
