"""The rules of screening: facts, the rulebook, one case's screening, its plan. Pure."""
