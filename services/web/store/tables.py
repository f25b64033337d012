"""Every table of the front door's own database, for creating them and for going through all of them."""

from sqlalchemy import (
    MetaData,
)

metadata = MetaData()
