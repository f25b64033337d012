"""The sample network: three neighbouring centres, their partners and two years of invented cases, made by real
commands.

Nobody and nothing here exists: names are drawn from short lists, every partner is called ตัวอย่าง (sample), the places
are round numbers, and the citizen numbers carry a registration office that no province has.
"""

from services.sample.load import DAYS, SEED, Counts, begins, load
from services.sample.people import CENTRES
from services.sample.users import DONE, USERS, User

__all__ = ["CENTRES", "DAYS", "DONE", "SEED", "USERS", "Counts", "User", "begins", "load"]
