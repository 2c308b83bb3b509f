"""The pages of a factory's machines."""
