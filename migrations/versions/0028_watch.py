"""when reminders were last looked for; messages that were given up by their time

Revision ID: 0028_watch
Revises: 0027_security
"""

import sqlalchemy as sa
from alembic import op

import unitsafe.core.db

revision = '0028_watch'
down_revision = '0027_security'
branch_labels = None
depends_on = None

IS_GIVEN_UP = sa.text('given_up_at IS NOT NULL')


def upgrade() -> None:
    op.add_column('reminder_setting', sa.Column('last_round_at', unitsafe.core.db.UtcDateTime()))
    op.create_index(
        'ix_notice_given_up',
        'notice',
        ['given_up_at'],
        sqlite_where=IS_GIVEN_UP,
        postgresql_where=IS_GIVEN_UP,
    )


def downgrade() -> None:
    op.drop_index('ix_notice_given_up', table_name='notice')
    op.drop_column('reminder_setting', 'last_round_at')
