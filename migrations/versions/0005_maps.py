"""pictures of the campus and the grids drawn on them

Revision ID: 0005_maps
Revises: 0004_letters
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.db import UtcDateTime

revision = '0005_maps'
down_revision = '0004_letters'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('grid_map',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('building_id', sa.Integer(), nullable=True),
    sa.Column('floor', sa.Integer(), nullable=True),
    sa.Column('photo_id', sa.Integer(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(building_id IS NULL) = (floor IS NULL)', name=op.f('ck_grid_map_campus_or_floor')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_grid_map_building_id_building')),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_grid_map_photo_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_map'))
    )
    op.create_table('grid_shape',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('map_id', sa.Integer(), nullable=False),
    sa.Column('grid_id', sa.Integer(), nullable=False),
    sa.Column('points', sa.JSON(), nullable=False),
    sa.Column('drawn_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_grid_shape_grid_id_grid')),
    sa.ForeignKeyConstraint(['map_id'], ['grid_map.id'], name=op.f('fk_grid_shape_map_id_grid_map')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_shape'))
    )
    with op.batch_alter_table('grid_shape', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_grid_shape_map_id_id'), ['map_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_grid_shape_grid_id'), ['grid_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('grid_shape', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_grid_shape_grid_id'))
        batch_op.drop_index(batch_op.f('ix_grid_shape_map_id_id'))

    op.drop_table('grid_shape')
    op.drop_table('grid_map')
