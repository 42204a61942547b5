"""what several server processes share: the policy's version, counts of the limits on guessing

Revision ID: 0026_processes
Revises: 0024_assessments
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.db import UtcDateTime
from unitsafe.grids.policy_version import statements

revision = '0026_processes'
down_revision = '0024_assessments'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('policy_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_policy_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version'))
    )
    op.create_table('limit_count',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_limit_count'))
    )
    for sql in statements(op.get_bind().dialect.name):
        op.execute(sql)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION policy_changed() CASCADE')
    op.drop_table('limit_count')
    op.drop_table('policy_version')
