"""attached files, classes, activities

Revision ID: 0014_activities
Revises: 0013_visits
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0014_activities'
down_revision = '0013_visits'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('activity_serial',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_activity_serial'))
    )
    op.create_table('stored_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('suffix', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_stored_file_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file'))
    )
    op.create_index(op.f('ix_stored_file_digest_by_id'), 'stored_file', ['digest', 'by_id'])

    op.create_table('activity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.Enum('drill', 'training', 'lesson', 'publicity', 'meeting', 'spot_check', name='kind', native_enum=False, length=24), nullable=False),
    sa.Column('form', sa.Enum('evacuation', 'full', 'fire_fighting', 'night', 'staff', 'induction', 'special', 'post', 'micro_station', 'class_lesson', 'term_start', 'before_holiday', 'fire_month', 'family_letter', 'other_publicity', 'safety_meeting', 'staff_skill', 'pupil_skill', 'team_skill', name='form', native_enum=False, length=24), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('state', sa.Enum('planned', 'running', 'held', 'evaluated', 'archived', 'cancelled', name='state', native_enum=False, length=24), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('planned_at', sa.Time(), nullable=True),
    sa.Column('space_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.Column('organiser_id', sa.Integer(), nullable=True),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('notified_at', UtcDateTime(), nullable=True),
    sa.Column('started_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('expected', sa.Integer(), nullable=True),
    sa.Column('present', sa.Integer(), nullable=True),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('target_seconds', sa.Integer(), nullable=True),
    sa.Column('evaluation', sa.Text(), nullable=False),
    sa.Column('archived_at', UtcDateTime(), nullable=True),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('planned', 'running', 'cancelled') OR held_on IS NOT NULL", name=op.f('ck_activity_held_on_some_day')),
    sa.CheckConstraint('ended_at IS NULL OR (started_at IS NOT NULL AND ended_at >= started_at)', name=op.f('ck_activity_ends_after_start')),
    sa.ForeignKeyConstraint(['organiser_id'], ['person.id'], name=op.f('fk_activity_organiser_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_activity_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity')),
    sa.UniqueConstraint('number', name=op.f('uq_activity_number'))
    )
    op.create_index(op.f('ix_activity_kind_held_on'), 'activity', ['kind', 'held_on'])
    op.create_index(op.f('ix_activity_kind_planned_on_id'), 'activity', ['kind', 'planned_on', 'id'])
    op.create_index(op.f('ix_activity_planned_on_id'), 'activity', ['planned_on', 'id'])
    op.create_index(op.f('ix_activity_state_planned_on'), 'activity', ['state', 'planned_on'])

    op.create_table('certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('grade', sa.String(length=20), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('expires_on IS NULL OR expires_on > issued_on', name=op.f('ck_certificate_ends_after_issue')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_certificate_file_id_stored_file')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certificate_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate'))
    )
    op.create_index(op.f('ix_certificate_expires_on'), 'certificate', ['expires_on'])
    op.create_index(op.f('ix_certificate_person_id_kind'), 'certificate', ['person_id', 'kind'])

    op.create_table('school_class',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('grade', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('pupils', sa.Integer(), nullable=False),
    sa.Column('boarders', sa.Integer(), nullable=False),
    sa.Column('head_teacher_id', sa.Integer(), nullable=True),
    sa.Column('space_id', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.CheckConstraint('pupils >= 0 AND boarders >= 0 AND boarders <= pupils', name=op.f('ck_school_class_counts')),
    sa.ForeignKeyConstraint(['head_teacher_id'], ['person.id'], name=op.f('fk_school_class_head_teacher_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_school_class_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_class')),
    sa.UniqueConstraint('name', name=op.f('uq_school_class_name'))
    )
    op.create_index(op.f('ix_school_class_is_active_grade_position'), 'school_class', ['is_active', 'grade', 'position'])

    op.create_table('activity_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum('plan', 'change', 'notify', 'start', 'stop', 'hold', 'count', 'evaluate', 'add_issue', 'attach', 'archive', 'cancel', name='action', native_enum=False, length=24), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_activity_event_activity_id_activity')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_activity_event_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_event'))
    )
    op.create_index(op.f('ix_activity_event_activity_id_id'), 'activity_event', ['activity_id', 'id'])

    op.create_table('activity_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_activity_file_activity_id_activity')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_activity_file_file_id_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_file')),
    sa.UniqueConstraint('activity_id', 'file_id', name=op.f('uq_activity_file_activity_id_file_id'))
    )
    op.create_index(op.f('ix_activity_file_file_id'), 'activity_file', ['file_id'])

    op.create_table('activity_issue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('hazard_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_activity_issue_activity_id_activity')),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazard.id'], name=op.f('fk_activity_issue_hazard_id_hazard')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_issue')),
    sa.UniqueConstraint('hazard_id', name=op.f('uq_activity_issue_hazard_id'))
    )
    op.create_index(op.f('ix_activity_issue_activity_id_id'), 'activity_issue', ['activity_id', 'id'])

    op.create_table('activity_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('photo_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_activity_photo_activity_id_activity')),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_activity_photo_photo_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_photo')),
    sa.UniqueConstraint('activity_id', 'photo_id', name=op.f('uq_activity_photo_activity_id_photo_id'))
    )
    op.create_index(op.f('ix_activity_photo_photo_id'), 'activity_photo', ['photo_id'])

    op.create_table('attendance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('is_expected', sa.Boolean(), nullable=False),
    sa.Column('signed_at', UtcDateTime(), nullable=True),
    sa.Column('signed_by_id', sa.Integer(), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.Column('note', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_attendance_activity_id_activity')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_attendance_person_id_person')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['person.id'], name=op.f('fk_attendance_signed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance')),
    sa.UniqueConstraint('activity_id', 'person_id', name=op.f('uq_attendance_activity_id_person_id'))
    )
    op.create_index(op.f('ix_attendance_person_id_signed_at'), 'attendance', ['person_id', 'signed_at'])

    op.create_table('class_part',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('class_id', sa.Integer(), nullable=False),
    sa.Column('sent', sa.Integer(), nullable=False),
    sa.Column('returned', sa.Integer(), nullable=False),
    sa.CheckConstraint('returned <= sent', name=op.f('ck_class_part_no_more_back_than_out')),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_class_part_activity_id_activity')),
    sa.ForeignKeyConstraint(['class_id'], ['school_class.id'], name=op.f('fk_class_part_class_id_school_class')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_class_part')),
    sa.UniqueConstraint('activity_id', 'class_id', name=op.f('uq_class_part_activity_id_class_id'))
    )
    op.create_table('decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('done_note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_decision_activity_id_activity')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_decision_owner_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    op.create_index(op.f('ix_decision_activity_id_id'), 'decision', ['activity_id', 'id'])
    op.create_index(op.f('ix_decision_owner_id_done_on_due_on'), 'decision', ['owner_id', 'done_on', 'due_on'])

    op.create_table('drill_class',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('class_id', sa.Integer(), nullable=False),
    sa.Column('building_id', sa.Integer(), nullable=True),
    sa.Column('floor', sa.Integer(), nullable=True),
    sa.Column('expected', sa.Integer(), nullable=False),
    sa.CheckConstraint('expected >= 0', name=op.f('ck_drill_class_expected_counts')),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_drill_class_activity_id_activity')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_drill_class_building_id_building')),
    sa.ForeignKeyConstraint(['class_id'], ['school_class.id'], name=op.f('fk_drill_class_class_id_school_class')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drill_class')),
    sa.UniqueConstraint('activity_id', 'class_id', name=op.f('uq_drill_class_activity_id_class_id'))
    )
    op.create_table('floor_cleared',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('building_id', sa.Integer(), nullable=False),
    sa.Column('floor', sa.Integer(), nullable=False),
    sa.Column('cleared_at', UtcDateTime(), nullable=False),
    sa.Column('late_seconds', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_floor_cleared_activity_id_activity')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_floor_cleared_building_id_building')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_floor_cleared_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_floor_cleared'))
    )
    op.create_index(op.f('ix_floor_cleared_activity_id_building_id_floor_id'), 'floor_cleared', ['activity_id', 'building_id', 'floor', 'id'])

    op.create_table('spot_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('class_id', sa.Integer(), nullable=True),
    sa.Column('pupil', sa.Integer(), nullable=True),
    sa.Column('skill', sa.Enum('alarm', 'extinguisher', 'hydrant', 'escape', 'risk', name='skill', native_enum=False, length=24), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=80), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (class_id IS NULL)', name=op.f('ck_spot_answer_person_or_class')),
    sa.ForeignKeyConstraint(['activity_id'], ['activity.id'], name=op.f('fk_spot_answer_activity_id_activity')),
    sa.ForeignKeyConstraint(['class_id'], ['school_class.id'], name=op.f('fk_spot_answer_class_id_school_class')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_spot_answer_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_answer')),
    sa.UniqueConstraint('activity_id', 'person_id', 'skill', name=op.f('uq_spot_answer_activity_id_person_id_skill'))
    )
    op.create_index(op.f('ix_spot_answer_activity_id_id'), 'spot_answer', ['activity_id', 'id'])

    op.create_table('head_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('drill_class_id', sa.Integer(), nullable=False),
    sa.Column('present', sa.Integer(), nullable=False),
    sa.Column('counted_at', UtcDateTime(), nullable=False),
    sa.Column('late_seconds', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=80), nullable=False),
    sa.CheckConstraint('present >= 0 AND late_seconds >= 0', name=op.f('ck_head_count_counts')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_head_count_by_id_person')),
    sa.ForeignKeyConstraint(['drill_class_id'], ['drill_class.id'], name=op.f('fk_head_count_drill_class_id_drill_class')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_head_count'))
    )
    op.create_index(op.f('ix_head_count_drill_class_id_id'), 'head_count', ['drill_class_id', 'id'])
    for table in ('activity_event', 'head_count', 'floor_cleared'):
        for sql in statements(table, op.get_bind().dialect.name):
            op.execute(sql)


def downgrade() -> None:
    for table in (
        'head_count', 'spot_answer', 'floor_cleared', 'drill_class', 'decision', 'class_part', 'attendance', 'activity_photo', 'activity_issue', 'activity_file', 'activity_event', 'school_class', 'certificate', 'activity', 'stored_file', 'activity_serial',
    ):
        op.drop_table(table)
