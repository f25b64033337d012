"""A token's rows stand together by centre, so that a search reads its own centres' and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0005"
down_revision = "intake_0004"


def upgrade() -> None:
    key = ["token", "centre", "case_id"]
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("search_token_pkey", "search_token")
        op.create_primary_key("search_token_pkey", "search_token", key)
        return
    op.create_table(
        "search_token_new",
        *(sa.Column(name, sa.Text, primary_key=True) for name in key),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO search_token_new SELECT token, centre, case_id FROM search_token ORDER BY 1, 2, 3"
    )
    op.drop_table("search_token")
    op.rename_table("search_token_new", "search_token")
    op.create_index("ix_search_token_case_id", "search_token", ["case_id"])
