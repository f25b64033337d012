"""Tests: the folders mirror services/; journeys, faults, compose and browser drive real processes."""
