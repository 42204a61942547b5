"""the whole life of a hazard: extension, supervision, reporting up, transfer, cards, rating

Revision ID: 0010_hazard_life
Revises: 0009_imports
"""

import sqlalchemy as sa
from alembic import op

revision = '0010_hazard_life'
down_revision = '0009_imports'
branch_labels = None
depends_on = None

ENUM = {'native_enum': False, 'length': 24}
LEVELS = ('normal', 'serious', 'suspected_major', 'major')
HAZARD = (
    sa.Column('budget', sa.Integer()),
    sa.Column('cost', sa.Integer()),
    sa.Column('extension_to', sa.Date()),
    sa.Column('supervise_until', sa.Date()),
    sa.Column('escalated_to', sa.String(length=80), nullable=False, server_default=''),
    sa.Column('transferred_to', sa.String(length=80), nullable=False, server_default=''),
    sa.Column('rating', sa.Integer()),
    sa.Column('times', sa.Integer(), nullable=False, server_default='1'),
    sa.Column('card_lifted', sa.Enum('yellow', 'red', name='card', **ENUM)),
    sa.Column('told_step', sa.Integer(), nullable=False, server_default='0'),
)
LINKS = (('supervisor_id', 'person'), ('recurrence_of_id', 'hazard'))
EVENT = (
    sa.Column('level', sa.Enum(*LEVELS, name='level', **ENUM)),
    sa.Column('amount', sa.Integer()),
    sa.Column('body', sa.String(length=80), nullable=False, server_default=''),
    sa.Column('document_no', sa.String(length=60), nullable=False, server_default=''),
    sa.Column('rating', sa.Integer()),
)


def upgrade() -> None:
    # without batch: SQLite would copy the tables, which others refer to and triggers guard
    for column in HAZARD:
        op.add_column('hazard', column._copy())
    for name, table in LINKS:
        op.execute(f'ALTER TABLE hazard ADD COLUMN {name} INTEGER '
                   f'CONSTRAINT fk_hazard_{name}_{table} REFERENCES {table} (id)')
    for column in EVENT:
        op.add_column('hazard_event', column._copy())
    op.drop_index('ix_hazard_space_id', 'hazard')
    op.create_index('ix_hazard_space_id_category_found_at', 'hazard', ['space_id', 'category', 'found_at'])
    op.create_index('ix_hazard_reporter_id_state', 'hazard', ['reporter_id', 'state'])
    op.create_index('ix_hazard_recurrence_of_id', 'hazard', ['recurrence_of_id'])
    op.create_index('ix_hazard_closed_at', 'hazard', ['closed_at'])


def downgrade() -> None:
    op.drop_index('ix_hazard_closed_at', 'hazard')
    op.drop_index('ix_hazard_recurrence_of_id', 'hazard')
    op.drop_index('ix_hazard_reporter_id_state', 'hazard')
    op.drop_index('ix_hazard_space_id_category_found_at', 'hazard')
    op.create_index('ix_hazard_space_id', 'hazard', ['space_id'])
    for column in reversed(EVENT):
        op.drop_column('hazard_event', column.name)
    for name, _table in LINKS:
        op.drop_column('hazard', name)
    for column in reversed(HAZARD):
        op.drop_column('hazard', column.name)
