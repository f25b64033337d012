"""Alembic branches that the kernel owns: `log`, in every service's database, and `vault`.

A service that owns tables keeps its branch in its own `migrations`. A file is one revision and its name is the
revision's id, numbered, so that the newest is known without loading Alembic. Revisions only go up and never change: a
table's next shape is a next file, and `tests/kernel/test_schema.py` says when one is missing.
"""
