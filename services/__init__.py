"""Songtor: event-sourced services that refer destitute people to the partners who can take them in."""
