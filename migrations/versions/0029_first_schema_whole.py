"""what the first release's schema did not have yet when 0001 was written to the end

A school that began with the release of 2026-11-24 has a 0001 without these indexes, and on SQLite
numbers of checks that come back. Where 0001 had them from the start nothing changes.

Revision ID: 0029_first_schema_whole
Revises: 0028_watch
"""

import sqlalchemy as sa
from alembic import op

revision = '0029_first_schema_whole'
down_revision = '0028_watch'
branch_labels = None
depends_on = None

COPY = 'check_record_copy'
KEY = 'CONSTRAINT pk_check_record PRIMARY KEY'


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        _never_the_same_number()
    backfill, failed = sa.text('is_backfill'), sa.text('fail_count > 0')
    # the log of a kind of act, and of a person
    op.create_index('ix_audit_entry_act_id', 'audit_entry', ['act', 'id'], if_not_exists=True)
    op.create_index('ix_audit_entry_actor_id_id', 'audit_entry', ['actor_id', 'id'], if_not_exists=True)
    # the ledger of checks: of a building, entered later, with a failed item
    op.create_index('ix_check_record_building_id_day_id', 'check_record', ['building_id', 'day', 'id'],
                    if_not_exists=True)
    op.create_index('ix_check_record_backfill', 'check_record', ['day', 'id'], if_not_exists=True,
                    sqlite_where=backfill, postgresql_where=backfill)
    op.create_index('ix_check_record_failed', 'check_record', ['day', 'id'], if_not_exists=True,
                    sqlite_where=failed, postgresql_where=failed)


def _never_the_same_number() -> None:
    """Rebuild check_record with AUTOINCREMENT, from the words it was made with: they have all its
    constraints. Source: sqlite.org/lang_altertable.html §7."""
    run = op.get_bind().exec_driver_sql
    made = run("SELECT sql FROM sqlite_master WHERE tbl_name = 'check_record' AND sql IS NOT NULL"
               " ORDER BY type <> 'table', rowid")
    table, *others = made.scalars().all()
    if 'AUTOINCREMENT' in table.upper():
        return
    plain = ('\tid INTEGER NOT NULL,', f'{KEY} (id),')
    if not all(words in table for words in plain) or not table.startswith('CREATE TABLE check_record '):
        raise RuntimeError('check_record is not as 0001 made it')
    table = table.replace(plain[0], f'\tid INTEGER NOT NULL {KEY} AUTOINCREMENT,').replace(plain[1], '')
    table = table.replace('CREATE TABLE check_record ', f'CREATE TABLE {COPY} ')
    run(table)
    run(f'INSERT INTO {COPY} SELECT * FROM check_record')
    run('DROP TABLE check_record')
    run(f'ALTER TABLE {COPY} RENAME TO check_record')
    for index in others:
        run(index)


def downgrade() -> None:
    pass  # 0001 as it is now has all of it
