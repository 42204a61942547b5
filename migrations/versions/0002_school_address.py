"""the school's address for phones and its hotline

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('school') as batch:
        batch.add_column(sa.Column('address', sa.String(length=120), nullable=False, server_default=''))
        batch.add_column(sa.Column('hotline', sa.String(length=20), nullable=False, server_default=''))
    with op.batch_alter_table('school') as batch:
        batch.alter_column('address', server_default=None)
        batch.alter_column('hotline', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('school') as batch:
        batch.drop_column('hotline')
        batch.drop_column('address')
