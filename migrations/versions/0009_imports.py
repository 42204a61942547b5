"""the register of equipment, and imports from lists

Revision ID: 0009_imports
Revises: 0008_roster
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0009_imports'
down_revision = '0008_roster'
branch_labels = None
depends_on = None

STATES = ('in_use', 'faulty', 'stopped', 'out_for_service', 'scrapped')
WHATS = ('spaces', 'people', 'equipment')


def upgrade() -> None:
    op.create_table('equipment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=30), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('model', sa.String(length=60), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('maker', sa.String(length=60), nullable=False),
    sa.Column('made_on', sa.Date(), nullable=True),
    sa.Column('in_use_on', sa.Date(), nullable=True),
    sa.Column('last_service_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum(*STATES, name='state', native_enum=False, length=24), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_equipment_at_least_one')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_equipment_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment')),
    sa.UniqueConstraint('number', name=op.f('uq_equipment_number'))
    )
    with op.batch_alter_table('equipment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_equipment_kind_number'), ['kind', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_equipment_space_id'), ['space_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_equipment_state_number'), ['state', 'number'], unique=False)

    op.create_table('equipment_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('equipment_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.Enum(*STATES, name='state', native_enum=False, length=24), nullable=False),
    sa.Column('after', sa.Enum(*STATES, name='state', native_enum=False, length=24), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_equipment_event_by_id_person')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_equipment_event_equipment_id_equipment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment_event'))
    )
    with op.batch_alter_table('equipment_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_equipment_event_equipment_id_id'), ['equipment_id', 'id'], unique=False)

    op.create_table('import_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum(*WHATS, name='what', native_enum=False, length=24), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('sheet', sa.Integer(), nullable=False),
    sa.Column('heads', sa.Integer(), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_import_draft_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_draft'))
    )
    with op.batch_alter_table('import_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_draft_made_at'), ['made_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_draft_person_id_made_at'), ['person_id', 'made_at'], unique=False)

    op.create_table('import_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum(*WHATS, name='what', native_enum=False, length=24), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('left_out', sa.JSON(), nullable=False),
    sa.Column('audit_id', sa.Integer(), nullable=False),
    sa.Column('undone_at', UtcDateTime(), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_import_run_by_id_person')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['person.id'], name=op.f('fk_import_run_undone_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run'))
    )
    with op.batch_alter_table('import_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_run_what_id'), ['what', 'id'], unique=False)

    op.create_table('import_sheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['import_draft.id'], name=op.f('fk_import_sheet_draft_id_import_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_sheet')),
    sa.UniqueConstraint('draft_id', 'position', name=op.f('uq_import_sheet_draft_id_position'))
    )
    op.create_table('import_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('table_name', sa.String(length=40), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.Column('is_fill', sa.Boolean(), nullable=False),
    sa.Column('filled', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['import_run.id'], name=op.f('fk_import_item_run_id_import_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_item'))
    )
    with op.batch_alter_table('import_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_item_run_id_id'), ['run_id', 'id'], unique=False)

    for sql in statements('equipment_event', op.get_bind().dialect.name):
        op.execute(sql)


def downgrade() -> None:
    op.drop_table('import_item')
    op.drop_table('import_sheet')
    op.drop_table('import_run')
    op.drop_table('import_draft')
    op.drop_table('equipment_event')
    op.drop_table('equipment')
