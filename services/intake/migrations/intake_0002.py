"""Who read which personal fields is on the kernel's record."""

from alembic import op

revision = "intake_0002"
down_revision = "intake_0001"


def upgrade() -> None:
    op.execute(
        "INSERT INTO access_record (at, who, what, subject, person_id) "
        "SELECT at, who, what, 'case/' || case_id, person_id FROM access_log ORDER BY access_id"
    )
    op.drop_table("access_log")
