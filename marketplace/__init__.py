"""The marketplace: small Django apps; each imports only those below it (see docs/map.md)."""
