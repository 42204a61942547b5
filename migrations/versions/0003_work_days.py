"""the weekdays on which part-time staff are at the school

Revision ID: 0003_work_days
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003_work_days'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('person') as batch:
        batch.add_column(sa.Column('work_days', sa.String(length=7), nullable=False, server_default=''))
    with op.batch_alter_table('person') as batch:
        batch.alter_column('work_days', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('person') as batch:
        batch.drop_column('work_days')
