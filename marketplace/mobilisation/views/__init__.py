"""The pages of coordinators, of the firms they ask and of the owners they look at."""
