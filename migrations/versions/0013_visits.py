"""saved filters of the hazard ledger, and visits

Revision ID: 0013_visits
Revises: 0009_imports
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.db import UtcDateTime

revision = '0013_visits'
down_revision = '0009_imports'
branch_labels = None
depends_on = None

LEDGER_BY = ('category', 'level', 'source')


def upgrade() -> None:
    op.create_table('saved_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('query', sa.JSON(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_saved_view_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('person_id', 'name', name=op.f('uq_saved_view_person_id_name'))
    )
    for column in LEDGER_BY:
        op.create_index(op.f(f'ix_hazard_{column}_found_at_id'), 'hazard', [column, 'found_at', 'id'])


def downgrade() -> None:
    for column in LEDGER_BY:
        op.drop_index(op.f(f'ix_hazard_{column}_found_at_id'), table_name='hazard')
    op.drop_table('saved_view')
