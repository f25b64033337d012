"""The rules of opening, closing and reopening a case and of knowing its person, and where a case stands. Pure."""
