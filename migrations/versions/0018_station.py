"""micro station, evacuation, hot work

Revision ID: 0018_station
Revises: 0017_documents
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0018_station'
down_revision = '0017_documents'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('assembly_point',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('for_whom', sa.String(length=80), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assembly_point'))
    )
    op.create_table('hot_work_serial',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_hot_work_serial'))
    )
    op.create_table('evac_guide',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('building_id', sa.Integer(), nullable=False),
    sa.Column('floor', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('deputy_id', sa.Integer(), nullable=True),
    sa.Column('stand', sa.String(length=40), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.CheckConstraint('deputy_id <> person_id', name=op.f('ck_evac_guide_deputy_is_another')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_evac_guide_building_id_building')),
    sa.ForeignKeyConstraint(['deputy_id'], ['person.id'], name=op.f('fk_evac_guide_deputy_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_evac_guide_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evac_guide'))
    )
    op.create_index(op.f('ix_evac_guide_until_on_building_id_floor'), 'evac_guide', ['until_on', 'building_id', 'floor'])

    op.create_table('floor_route',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('building_id', sa.Integer(), nullable=False),
    sa.Column('floor', sa.Integer(), nullable=False),
    sa.Column('route', sa.String(length=120), nullable=False),
    sa.Column('exits', sa.String(length=60), nullable=False),
    sa.Column('point_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_floor_route_building_id_building')),
    sa.ForeignKeyConstraint(['point_id'], ['assembly_point.id'], name=op.f('fk_floor_route_point_id_assembly_point')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_floor_route')),
    sa.UniqueConstraint('building_id', 'floor', name=op.f('uq_floor_route_building_id_floor'))
    )
    op.create_table('kit_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('counted', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_kit_count_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_count'))
    )
    op.create_table('kit_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kit_group', sa.Enum('protection', 'fire', 'light', 'breaking', 'signal', 'patrol', name='group', native_enum=False, length=24), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('model', sa.String(length=40), nullable=False),
    sa.Column('expected', sa.Integer(), nullable=False),
    sa.Column('present', sa.Integer(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('keeper_id', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.CheckConstraint('expected >= 0 AND present >= 0', name=op.f('ck_kit_item_counts')),
    sa.ForeignKeyConstraint(['keeper_id'], ['person.id'], name=op.f('fk_kit_item_keeper_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_item'))
    )
    op.create_table('muster',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('signal_at', UtcDateTime(), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('arrived', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('seconds > 0 AND arrived > 0', name=op.f('ck_muster_somebody_came')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_muster_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_muster'))
    )
    op.create_index(op.f('ix_muster_signal_at_id'), 'muster', ['signal_at', 'id'])

    op.create_table('station_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('leader', 'deputy', 'member', 'signaller', name='role', native_enum=False, length=24), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_station_member_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_member'))
    )
    op.create_index(op.f('ix_station_member_person_id'), 'station_member', ['person_id'])
    op.create_index(op.f('ix_station_member_until_on'), 'station_member', ['until_on'])

    op.create_table('hot_work_permit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('state', sa.Enum('applied', 'approved', 'working', 'finished', 'closed', 'refused', 'cancelled', name='state', native_enum=False, length=24), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('work', sa.String(length=200), nullable=False),
    sa.Column('unit', sa.String(length=60), nullable=False),
    sa.Column('worker', sa.String(length=20), nullable=False),
    sa.Column('certificate_no', sa.String(length=40), nullable=False),
    sa.Column('certificate_until', sa.Date(), nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('measures', sa.JSON(), nullable=False),
    sa.Column('applicant_id', sa.Integer(), nullable=False),
    sa.Column('watcher_id', sa.Integer(), nullable=False),
    sa.Column('finished_at', UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state NOT IN ('finished', 'closed') OR finished_at IS NOT NULL", name=op.f('ck_hot_work_permit_finished_some_time')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_hot_work_permit_starts_before_end')),
    sa.ForeignKeyConstraint(['applicant_id'], ['person.id'], name=op.f('fk_hot_work_permit_applicant_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_hot_work_permit_space_id_space')),
    sa.ForeignKeyConstraint(['watcher_id'], ['person.id'], name=op.f('fk_hot_work_permit_watcher_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hot_work_permit')),
    sa.UniqueConstraint('number', name=op.f('uq_hot_work_permit_number'))
    )
    op.create_index(op.f('ix_hot_work_permit_starts_at_id'), 'hot_work_permit', ['starts_at', 'id'])
    op.create_index(op.f('ix_hot_work_permit_state_starts_at'), 'hot_work_permit', ['state', 'starts_at'])
    op.create_index(op.f('ix_hot_work_permit_watcher_id_state'), 'hot_work_permit', ['watcher_id', 'state'])

    op.create_table('map_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_map_check_by_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_map_check_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_map_check'))
    )
    op.create_index(op.f('ix_map_check_space_id_checked_on'), 'map_check', ['space_id', 'checked_on'])

    op.create_table('micro_station',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=True),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('id = 1', name=op.f('ck_micro_station_only_one')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_micro_station_shift_id_shift')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_micro_station_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_micro_station'))
    )
    op.create_table('fire_volunteer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('class_id', sa.Integer(), nullable=True),
    sa.Column('initials', sa.String(length=3), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.CheckConstraint('(person_id IS NULL) <> (class_id IS NULL)', name=op.f('ck_fire_volunteer_person_or_class')),
    sa.ForeignKeyConstraint(['class_id'], ['school_class.id'], name=op.f('fk_fire_volunteer_class_id_school_class')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_fire_volunteer_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fire_volunteer'))
    )
    op.create_index(op.f('ix_fire_volunteer_until_on'), 'fire_volunteer', ['until_on'])

    op.create_table('hot_work_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('permit_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum('apply', 'approve', 'refuse', 'cancel', 'start', 'finish', 'after_check', name='action', native_enum=False, length=24), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_hot_work_event_by_id_person')),
    sa.ForeignKeyConstraint(['permit_id'], ['hot_work_permit.id'], name=op.f('fk_hot_work_event_permit_id_hot_work_permit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hot_work_event'))
    )
    op.create_index(op.f('ix_hot_work_event_permit_id_id'), 'hot_work_event', ['permit_id', 'id'])

    op.create_table('hot_work_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('permit_id', sa.Integer(), nullable=False),
    sa.Column('photo_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum('apply', 'approve', 'refuse', 'cancel', 'start', 'finish', 'after_check', name='action', native_enum=False, length=24), nullable=False),
    sa.ForeignKeyConstraint(['permit_id'], ['hot_work_permit.id'], name=op.f('fk_hot_work_photo_permit_id_hot_work_permit')),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_hot_work_photo_photo_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hot_work_photo')),
    sa.UniqueConstraint('permit_id', 'photo_id', name=op.f('uq_hot_work_photo_permit_id_photo_id'))
    )
    op.create_index(op.f('ix_hot_work_photo_photo_id'), 'hot_work_photo', ['photo_id'])

    op.create_table('pupil_in_need',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('class_id', sa.Integer(), nullable=False),
    sa.Column('initials', sa.String(length=3), nullable=False),
    sa.Column('need', sa.Enum('mobility', 'sight', 'hearing', 'other', name='need', native_enum=False, length=24), nullable=False),
    sa.Column('helper_id', sa.Integer(), nullable=True),
    sa.Column('second_id', sa.Integer(), nullable=True),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.CheckConstraint('second_id <> helper_id', name=op.f('ck_pupil_in_need_two_helpers')),
    sa.ForeignKeyConstraint(['class_id'], ['school_class.id'], name=op.f('fk_pupil_in_need_class_id_school_class')),
    sa.ForeignKeyConstraint(['helper_id'], ['person.id'], name=op.f('fk_pupil_in_need_helper_id_person')),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_pupil_in_need_second_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pupil_in_need'))
    )
    op.create_index(op.f('ix_pupil_in_need_until_on'), 'pupil_in_need', ['until_on'])
    for table in ('map_check', 'hot_work_event', 'kit_count', 'muster'):
        for sql in statements(table, op.get_bind().dialect.name):
            op.execute(sql)


def downgrade() -> None:
    for table in (
        'pupil_in_need', 'hot_work_photo', 'hot_work_event', 'fire_volunteer', 'micro_station', 'map_check', 'hot_work_permit', 'station_member', 'muster', 'kit_item', 'kit_count', 'floor_route', 'evac_guide', 'hot_work_serial', 'assembly_point',
    ):
        op.drop_table(table)
