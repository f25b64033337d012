"""What else the front door keeps in its own database; nothing here is a fact of a case."""
