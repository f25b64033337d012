"""Who read which personal fields is on the kernel's record."""

from alembic import op

revision = "referral_0002"
down_revision = "referral_0001"


def upgrade() -> None:
    op.execute(
        "INSERT INTO access_record (at, who, what, subject, person_id) "
        "SELECT at, who, 'history', 'referral/' || referral_id, person_id FROM access_log ORDER BY access_id"
    )
    op.drop_table("access_log")
