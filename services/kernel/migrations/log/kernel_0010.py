"""What a command took of its streams is looked at by PostgreSQL itself, so that no trip is needed to hear how many they
were: whoever was overtaken ends there, before read models are filled."""

from alembic import op

revision = "kernel_0010"
down_revision = "kernel_0009"

REFUSE = (  # OR REPLACE as in kernel_0001
    "CREATE OR REPLACE FUNCTION refuse_overtaken(taken bigint, wanted integer) RETURNS void LANGUAGE plpgsql AS "
    "$$ BEGIN IF taken <> wanted THEN RAISE EXCEPTION 'Somebody else took one of the streams first.' "
    "USING ERRCODE = 'serialization_failure'; END IF; END $$"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE)
