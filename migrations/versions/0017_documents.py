"""papers, their versions and readers

Revision ID: 0017_documents
Revises: 0016_maintenance
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0017_documents'
down_revision = '0016_maintenance'
branch_labels = None
depends_on = None

KINDS = (
    'policy', 'emergency_plan', 'appointment', 'report', 'certificate', 'drawing', 'contract',
    'other',
)
STATES = ('current', 'replaced', 'withdrawn')
ACTIONS = (
    'record', 'change', 'add_version', 'review', 'fill_plan', 'end', 'restore',
)
TOPICS = (
    'training', 'patrol', 'evacuation', 'control_room', 'facilities', 'hazards',
    'fire_and_power', 'flammables', 'fire_team', 'plan_drill', 'gas_and_electric', 'rewards',
    'further', 'whole_school', 'one_place', 'responsible_person', 'fire_manager',
    'fire_department', 'fire_staff', 'leading_group', 'team_list', 'facility_test',
    'electric_test', 'gas_test', 'lightning_test', 'fire_record', 'award', 'acceptance',
    'product_proof', 'legal_paper', 'site_plan', 'evac_map', 'maintenance',
)
TEAMS = ('action', 'liaison', 'guide', 'rescue')
PARTS = ('organisation', 'alarm', 'evacuation', 'fire_fighting', 'support')


def upgrade() -> None:
    op.create_table('document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='kind', native_enum=False, length=24), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('document_no', sa.String(length=60), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('reviewed_on', sa.Date(), nullable=False),
    sa.Column('next_review_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum(*STATES, name='state', native_enum=False, length=24), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('latest', sa.Integer(), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'current') = (ended_on IS NULL)", name=op.f('ck_document_ended_iff_not_current')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_document_owner_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document'))
    )
    op.create_index(op.f('ix_document_issued_on_id'), 'document', ['issued_on', 'id'])
    op.create_index(op.f('ix_document_kind_state_issued_on_id'), 'document', ['kind', 'state', 'issued_on', 'id'])
    op.create_index(op.f('ix_document_state_next_review_on'), 'document', ['state', 'next_review_on'])

    op.create_table('document_audience',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_audience_document_id_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_audience')),
    sa.UniqueConstraint('document_id', 'post', name=op.f('uq_document_audience_document_id_post'))
    )
    op.create_index(op.f('ix_document_audience_post_document_id'), 'document_audience', ['post', 'document_id'])

    op.create_table('document_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum(*ACTIONS, name='action', native_enum=False, length=24), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_document_event_by_id_person')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_event_document_id_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_event'))
    )
    op.create_index(op.f('ix_document_event_document_id_id'), 'document_event', ['document_id', 'id'])

    op.create_table('document_topic',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.Enum(*TOPICS, name='topic', native_enum=False, length=24), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_topic_document_id_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_topic')),
    sa.UniqueConstraint('document_id', 'topic', name=op.f('uq_document_topic_document_id_topic'))
    )
    op.create_index(op.f('ix_document_topic_topic_document_id'), 'document_topic', ['topic', 'document_id'])

    op.create_table('document_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_document_version_by_id_person')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_version_document_id_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_version')),
    sa.UniqueConstraint('document_id', 'number', name=op.f('uq_document_version_document_id_number'))
    )

    op.create_table('document_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('team', sa.Enum(*TEAMS, name='team', native_enum=False, length=24), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('is_leader', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_member_document_id_document')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_document_member_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_member')),
    sa.UniqueConstraint('document_id', 'team', 'person_id', name=op.f('uq_document_member_document_id_team_person_id'))
    )
    op.create_index(op.f('ix_document_member_person_id'), 'document_member', ['person_id'])

    op.create_table('document_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_document_file_file_id_stored_file')),
    sa.ForeignKeyConstraint(['version_id'], ['document_version.id'], name=op.f('fk_document_file_version_id_document_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_file')),
    sa.UniqueConstraint('version_id', 'file_id', name=op.f('uq_document_file_version_id_file_id'))
    )
    op.create_index(op.f('ix_document_file_file_id'), 'document_file', ['file_id'])

    op.create_table('document_reading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_document_reading_person_id_person')),
    sa.ForeignKeyConstraint(['version_id'], ['document_version.id'], name=op.f('fk_document_reading_version_id_document_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_reading')),
    sa.UniqueConstraint('version_id', 'person_id', name=op.f('uq_document_reading_version_id_person_id'))
    )
    op.create_index(op.f('ix_document_reading_person_id_version_id'), 'document_reading', ['person_id', 'version_id'])

    op.create_table('document_part',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Enum(*PARTS, name='part', native_enum=False, length=24), nullable=False),
    sa.Column('place', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['document_version.id'], name=op.f('fk_document_part_version_id_document_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_part')),
    sa.UniqueConstraint('version_id', 'part', name=op.f('uq_document_part_version_id_part'))
    )

    for table in ('document_version', 'document_file', 'document_reading', 'document_event'):
        for sql in statements(table, op.get_bind().dialect.name):
            op.execute(sql)


def downgrade() -> None:
    for table in (
        'document_part', 'document_reading', 'document_file', 'document_member', 'document_version',
        'document_topic', 'document_event', 'document_audience', 'document',
    ):
        op.drop_table(table)
