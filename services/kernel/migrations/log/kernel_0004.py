"""What one user read is found by who and when."""

from alembic import op

revision = "kernel_0004"
down_revision = "kernel_0003"


def upgrade() -> None:
    op.create_index("access_record_who", "access_record", ["who", "at"])
