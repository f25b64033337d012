"""The rules of the registry, of places and of matching. Pure: no clock, no database, no framework."""
