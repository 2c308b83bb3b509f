"""The pages of a buyer's products and orders."""
