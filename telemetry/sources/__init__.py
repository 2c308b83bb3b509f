"""One file a protocol: each turns what a source sends into observations, or refuses it with the place and a code."""
