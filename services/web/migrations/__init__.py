"""The front door's own tables. See kernel.migrations."""
