"""Words for things that several areas show: codes, days, places, facts, needs."""
