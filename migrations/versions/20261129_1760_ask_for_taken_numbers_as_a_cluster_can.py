"""Ask which card numbers are taken in a language that a cluster of Citus plans, too."""

from alembic import op

revision = "20261129_1760"
down_revision = "20261129_1750"
branch_labels = None
depends_on = None

# It runs as its owner, so it must find the tables where they were when it was made.
IN_STEPS = """
CREATE FUNCTION taken_serials(drawn text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$ BEGIN
    RETURN QUERY SELECT card.serial::text FROM card WHERE card.serial = ANY (drawn);
END $$
"""

AS_ONE_QUERY = """
CREATE FUNCTION taken_serials(drawn text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT serial::text FROM card WHERE serial = ANY (drawn);
END
"""


def upgrade() -> None:
    _replace(IN_STEPS)


def downgrade() -> None:
    _replace(AS_ONE_QUERY)


def _replace(function: str) -> None:
    op.execute("DROP FUNCTION taken_serials")
    op.execute(function)
    op.execute("REVOKE ALL ON FUNCTION taken_serials FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION taken_serials TO loyalty_member")
