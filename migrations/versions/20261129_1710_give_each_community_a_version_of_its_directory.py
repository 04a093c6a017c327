"""Give each community a version of its directory: a change in one concerns no till of another."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_1710"
down_revision = "20261129_1700"
branch_labels = None
depends_on = None

IN_THE_DIRECTORY = ("community", "honour", "shop", "shop_term", "till", "signing_key")

MOVE_THAT_OF_ITS_COMMUNITY = """
CREATE FUNCTION move_directory_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    whose uuid := changed ->> CASE TG_TABLE_NAME WHEN 'community' THEN 'id' ELSE 'community_id' END;
BEGIN
    IF TG_TABLE_NAME = 'community' AND TG_OP = 'INSERT' THEN
        INSERT INTO directory_version (community_id, version) VALUES (whose, 1);
    ELSE
        UPDATE directory_version SET version = version + 1 WHERE community_id = whose;
    END IF;
    RETURN NULL;
END $$
"""

MOVE_THE_ONLY_ONE = (
    "CREATE FUNCTION move_directory_version() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN UPDATE directory_version SET version = version + 1; RETURN NULL; END $$"
)


def upgrade() -> None:
    _drop_triggers()
    op.drop_column("directory_version", "id")
    op.add_column("directory_version", sa.Column("community_id", sa.Uuid()))
    # One more than anybody has met, so that every worker asks anew.
    op.execute(
        "INSERT INTO directory_version (community_id, version)"
        " SELECT community.id, directory_version.version + 1 FROM community, directory_version"
    )
    op.execute("DELETE FROM directory_version WHERE community_id IS NULL")
    op.create_primary_key(op.f("pk_directory_version"), "directory_version", ["community_id"])
    op.create_foreign_key(
        op.f("fk_directory_version_community_id"),
        "directory_version",
        "community",
        ["community_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.execute(MOVE_THAT_OF_ITS_COMMUNITY)
    _create_triggers("ROW")


def downgrade() -> None:
    _drop_triggers()
    op.drop_column("directory_version", "community_id")
    op.add_column("directory_version", sa.Column("id", sa.Integer()))
    op.execute(
        "INSERT INTO directory_version (id, version)"
        " SELECT 1, coalesce(max(version), 0) + 1 FROM directory_version"
    )
    op.execute("DELETE FROM directory_version WHERE id IS NULL")
    op.create_primary_key(op.f("pk_directory_version"), "directory_version", ["id"])
    op.create_check_constraint(op.f("ck_directory_version_one_row"), "directory_version", "id = 1")
    op.execute(MOVE_THE_ONLY_ONE)
    _create_triggers("STATEMENT")


def _drop_triggers() -> None:
    for table in IN_THE_DIRECTORY:
        op.execute(f"DROP TRIGGER directory_changed ON {table}")
    op.execute("DROP FUNCTION move_directory_version")


def _create_triggers(each: str) -> None:
    for table in IN_THE_DIRECTORY:
        op.execute(
            f"CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH {each} EXECUTE FUNCTION move_directory_version()"
        )
