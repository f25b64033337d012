"""The keys of people."""
