"""equipment: facts of each kind, due days, inspections, photos, intervals a school changed

Revision ID: 0015_equipment
Revises: 0014_activities
"""

import secrets

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0015_equipment'
down_revision = '0014_activities'
branch_labels = None
depends_on = None

ENUM = {'native_enum': False, 'length': 24}
RESULTS = ('ok', 'fail', 'missing')
ACTIONS = ('register', 'change', 'state')
SIGNS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
EQUIPMENT = (
    sa.Column('code', sa.String(length=12), nullable=False, server_default=''),
    sa.Column('made_month_only', sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column('battery_on', sa.Date()),
    sa.Column('facts', sa.JSON(), nullable=False, server_default='{}'),
    sa.Column('since_on', sa.Date()),
    sa.Column('until_on', sa.Date()),
    sa.Column('approver', sa.String(length=60), nullable=False, server_default=''),
    sa.Column('measure', sa.String(length=200), nullable=False, server_default=''),
    sa.Column('service_unit', sa.String(length=60), nullable=False, server_default=''),
    sa.Column('inspected_on', sa.Date()),
    sa.Column('last_result', sa.Enum(*RESULTS, name='result', **ENUM)),
    sa.Column('inspect_on', sa.Date()),
    sa.Column('upkeep_on', sa.Date()),
    sa.Column('service_on', sa.Date()),
    sa.Column('scrap_on', sa.Date()),
    sa.Column('is_complete', sa.Boolean(), nullable=False, server_default=sa.false()),
)
"""The due days and ``is_complete`` are computed at the next start."""
EVENT = (
    sa.Column('action', sa.Enum(*ACTIONS, name='action', **ENUM), nullable=False, server_default='state'),
    sa.Column('changes', sa.JSON(), nullable=False, server_default='{}'),
)
DUE = ('inspect_on', 'upkeep_on', 'service_on', 'scrap_on')


def upgrade() -> None:
    # without batch: SQLite would copy the tables, which others refer to and triggers guard
    for column in EQUIPMENT:
        op.add_column('equipment', column._copy())
    op.execute('ALTER TABLE equipment ADD COLUMN replaces_id INTEGER '
               'CONSTRAINT fk_equipment_replaces_id_equipment REFERENCES equipment (id)')
    for column in EVENT:
        op.add_column('equipment_event', column._copy())
    _give_codes()
    op.create_index(op.f('ix_equipment_code'), 'equipment', ['code'], unique=True)
    for column in DUE:
        op.create_index(op.f(f'ix_equipment_{column}'), 'equipment', [column])

    op.create_table('equipment_interval',
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('what', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.CheckConstraint('number >= 1', name=op.f('ck_equipment_interval_at_least_one')),
    sa.PrimaryKeyConstraint('kind', 'what', name=op.f('pk_equipment_interval'))
    )

    op.create_table('equipment_inspection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('equipment_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('result', sa.Enum(*RESULTS, name='result', **ENUM), nullable=False),
    sa.Column('failed', sa.JSON(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('done_by', sa.String(length=60), nullable=False),
    sa.Column('hazard_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('is_backfilled', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_equipment_inspection_by_id_person')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_equipment_inspection_equipment_id_equipment')),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazard.id'], name=op.f('fk_equipment_inspection_hazard_id_hazard')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment_inspection'))
    )
    op.create_index(op.f('ix_equipment_inspection_equipment_id_id'), 'equipment_inspection', ['equipment_id', 'id'])
    for sql in statements('equipment_inspection', op.get_bind().dialect.name):
        op.execute(sql)

    op.create_table('equipment_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('equipment_id', sa.Integer(), nullable=False),
    sa.Column('photo_id', sa.Integer(), nullable=False),
    sa.Column('inspection_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_equipment_photo_equipment_id_equipment')),
    sa.ForeignKeyConstraint(['inspection_id'], ['equipment_inspection.id'], name=op.f('fk_equipment_photo_inspection_id_equipment_inspection')),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_equipment_photo_photo_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment_photo'))
    )
    op.create_index(op.f('ix_equipment_photo_equipment_id_id'), 'equipment_photo', ['equipment_id', 'id'])
    op.create_index(op.f('ix_equipment_photo_photo_id'), 'equipment_photo', ['photo_id'])


def _give_codes() -> None:
    """Every piece gets a code of its own, as unitsafe/equipment gives them."""
    table = sa.table('equipment', sa.column('id', sa.Integer), sa.column('code', sa.String))
    bind, given = op.get_bind(), set()
    for (number,) in bind.execute(sa.select(table.c.id)).all():
        code = ''
        while not code or code in given:
            code = ''.join(secrets.choice(SIGNS) for _ in range(7))
        given.add(code)
        bind.execute(sa.update(table).where(table.c.id == number).values(code=code))


def downgrade() -> None:
    for table in ('equipment_photo', 'equipment_inspection', 'equipment_interval'):
        op.drop_table(table)
    for column in reversed(DUE):
        op.drop_index(op.f(f'ix_equipment_{column}'), 'equipment')
    op.drop_index(op.f('ix_equipment_code'), 'equipment')
    for column in reversed(EVENT):
        op.drop_column('equipment_event', column.name)
    op.drop_column('equipment', 'replaces_id')
    for column in reversed(EQUIPMENT):
        op.drop_column('equipment', column.name)
