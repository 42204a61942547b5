"""maintenance: visits, reports, contracts, readings, targets

Revision ID: 0016_maintenance
Revises: 0015_equipment
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0016_maintenance'
down_revision = '0015_equipment'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('maintenance_contract',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company', sa.String(length=60), nullable=False),
    sa.Column('contact', sa.String(length=60), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_maintenance_contract_ends_after_begin')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_contract'))
    )
    op.create_index(op.f('ix_maintenance_contract_until_on_id'), 'maintenance_contract', ['until_on', 'id'])

    op.create_table('equipment_target',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=12), nullable=False),
    sa.Column('building_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.CheckConstraint("(place = 'micro') = (building_id IS NULL)", name=op.f('ck_equipment_target_place_of_building')),
    sa.CheckConstraint('number >= 0', name=op.f('ck_equipment_target_not_negative')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_equipment_target_building_id_building')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equipment_target')),
    sa.UniqueConstraint('place', 'kind', name=op.f('uq_equipment_target_place_kind'))
    )
    op.create_table('maintenance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('maintenance', 'annual_test', 'electrical_test', 'lightning_test', 'gas_test', 'flue_cleaning', name='kind', native_enum=False, length=24), nullable=False),
    sa.Column('company', sa.String(length=60), nullable=False),
    sa.Column('people', sa.String(length=60), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('systems', sa.JSON(), nullable=False),
    sa.Column('work', sa.Text(), nullable=False),
    sa.Column('report_no', sa.String(length=60), nullable=False),
    sa.Column('result', sa.Enum('passed', 'problems', 'failed', name='result', native_enum=False, length=24), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('signed_by_id', sa.Integer(), nullable=True),
    sa.Column('signed_at', UtcDateTime(), nullable=True),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'maintenance') = (result IS NULL)", name=op.f('ck_maintenance_a_test_has_a_result')),
    sa.CheckConstraint('(signed_at IS NULL) = (signed_by_id IS NULL)', name=op.f('ck_maintenance_signed_by_somebody')),
    sa.CheckConstraint('valid_until IS NULL OR valid_until >= done_on', name=op.f('ck_maintenance_valid_after_done')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['person.id'], name=op.f('fk_maintenance_signed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance'))
    )
    op.create_index(op.f('ix_maintenance_done_on_id'), 'maintenance', ['done_on', 'id'])
    op.create_index(op.f('ix_maintenance_kind_done_on_id'), 'maintenance', ['kind', 'done_on', 'id'])

    op.create_table('contract_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contract_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contract_id'], ['maintenance_contract.id'], name=op.f('fk_contract_file_contract_id_maintenance_contract')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_contract_file_file_id_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contract_file')),
    sa.UniqueConstraint('contract_id', 'file_id', name=op.f('uq_contract_file_contract_id_file_id'))
    )
    op.create_index(op.f('ix_contract_file_file_id'), 'contract_file', ['file_id'])

    op.create_table('maintenance_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('maintenance_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum('record', 'change', 'add_finding', 'add_reading', 'sign', name='action', native_enum=False, length=24), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_maintenance_event_by_id_person')),
    sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_maintenance_event_maintenance_id_maintenance')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_event'))
    )
    op.create_index(op.f('ix_maintenance_event_maintenance_id_id'), 'maintenance_event', ['maintenance_id', 'id'])

    op.create_table('maintenance_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('maintenance_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_maintenance_file_file_id_stored_file')),
    sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_maintenance_file_maintenance_id_maintenance')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_file')),
    sa.UniqueConstraint('maintenance_id', 'file_id', name=op.f('uq_maintenance_file_maintenance_id_file_id'))
    )
    op.create_index(op.f('ix_maintenance_file_file_id'), 'maintenance_file', ['file_id'])

    op.create_table('maintenance_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('maintenance_id', sa.Integer(), nullable=False),
    sa.Column('hazard_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazard.id'], name=op.f('fk_maintenance_finding_hazard_id_hazard')),
    sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_maintenance_finding_maintenance_id_maintenance')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_finding')),
    sa.UniqueConstraint('hazard_id', name=op.f('uq_maintenance_finding_hazard_id'))
    )
    op.create_index(op.f('ix_maintenance_finding_maintenance_id_id'), 'maintenance_finding', ['maintenance_id', 'id'])

    op.create_table('reading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('equipment_id', sa.Integer(), nullable=False),
    sa.Column('maintenance_id', sa.Integer(), nullable=True),
    sa.Column('what', sa.String(length=30), nullable=False),
    sa.Column('value', sa.Numeric(precision=12, scale=3), nullable=False),
    sa.Column('measured_at', UtcDateTime(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('read_by', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('value >= 0', name=op.f('ck_reading_not_negative')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_reading_by_id_person')),
    sa.ForeignKeyConstraint(['equipment_id'], ['equipment.id'], name=op.f('fk_reading_equipment_id_equipment')),
    sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance.id'], name=op.f('fk_reading_maintenance_id_maintenance')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading'))
    )
    op.create_index(op.f('ix_reading_equipment_id_measured_at_id'), 'reading', ['equipment_id', 'measured_at', 'id'])
    op.create_index(op.f('ix_reading_maintenance_id_id'), 'reading', ['maintenance_id', 'id'])
    for table in ('maintenance_event', 'reading'):
        for sql in statements(table, op.get_bind().dialect.name):
            op.execute(sql)


def downgrade() -> None:
    for table in (
        'reading', 'maintenance_finding', 'maintenance_file', 'maintenance_event', 'contract_file', 'maintenance', 'equipment_target', 'maintenance_contract',
    ):
        op.drop_table(table)
