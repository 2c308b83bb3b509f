"""What a buyer types about products and orders."""
