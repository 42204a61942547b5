"""the grid tree over time: places among siblings, what grids were, handovers

Revision ID: 0003_tree
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0003_tree'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # without batch: SQLite would copy the table, which others refer to
    op.add_column('grid', sa.Column('position', sa.Integer(), nullable=False, server_default='0'))
    grid = sa.table('grid', sa.column('id'), sa.column('code'), sa.column('position'))
    for number, code in op.get_bind().execute(sa.select(grid.c.id, grid.c.code)).all():
        place = code.rsplit('-', 1)[-1]
        if place.isdigit():  # one out of use has no place
            op.execute(grid.update().where(grid.c.id == number).values(position=int(place)))
    op.create_table('grid_past',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('grid_id', sa.Integer(), nullable=False),
    sa.Column('changed_on', sa.Date(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('into_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_grid_past_grid_id_grid')),
    sa.ForeignKeyConstraint(['into_id'], ['grid.id'], name=op.f('fk_grid_past_into_id_grid')),
    sa.ForeignKeyConstraint(['parent_id'], ['grid.id'], name=op.f('fk_grid_past_parent_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_past'))
    )
    with op.batch_alter_table('grid_past', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_grid_past_grid_id_id'), ['grid_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_grid_past_code'), ['code'], unique=False)
        batch_op.create_index(batch_op.f('ix_grid_past_changed_on'), ['changed_on'], unique=False)
    op.create_table('handover',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('grid_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('grid_leader', 'grid_member', 'grid_info', 'helper', name='role', native_enum=False, length=24), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_handover_by_id_person')),
    sa.ForeignKeyConstraint(['from_id'], ['person.id'], name=op.f('fk_handover_from_id_person')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_handover_grid_id_grid')),
    sa.ForeignKeyConstraint(['to_id'], ['person.id'], name=op.f('fk_handover_to_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover'))
    )
    with op.batch_alter_table('handover', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handover_grid_id_id'), ['grid_id', 'id'], unique=False)
        batch_op.create_index('ix_handover_waiting', ['from_on'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
    for sql in statements('grid_past', op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(sql.replace('%', '%%'))


def downgrade() -> None:
    op.drop_table('handover')
    op.drop_table('grid_past')
    op.drop_column('grid', 'position')
