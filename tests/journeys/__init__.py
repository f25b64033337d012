"""The main job over HTTP, through the whole system in one process, started as a user starts it."""
