"""What coordinators and the firms they ask type in."""
