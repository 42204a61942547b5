"""saved filters of the hazard ledger, and visits

Revision ID: 0013_visits
Revises: 0012_reminders
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0013_visits'
down_revision = '0012_reminders'
branch_labels = None
depends_on = None

KINDS = ('routine', 'special', 'random', 'complaint', 'other')
ACTIONS = ('record', 'change', 'add_finding', 'reply')
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

    op.create_table('visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='kind', native_enum=False, length=24), nullable=False),
    sa.Column('body', sa.String(length=60), nullable=False),
    sa.Column('inspectors', sa.String(length=100), nullable=False),
    sa.Column('accompanied_by', sa.String(length=100), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.Column('document_no', sa.String(length=60), nullable=False),
    sa.Column('reply_due_on', sa.Date(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('replied_on', sa.Date(), nullable=True),
    sa.Column('reply_no', sa.String(length=60), nullable=False),
    sa.Column('recorded_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('reply_due_on IS NULL OR reply_due_on >= visited_on', name=op.f('ck_visit_reply_after_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit'))
    )
    op.create_index(op.f('ix_visit_visited_on_id'), 'visit', ['visited_on', 'id'])
    op.create_index(op.f('ix_visit_replied_on_reply_due_on'), 'visit', ['replied_on', 'reply_due_on'])

    op.create_table('visit_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('hazard_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('basis', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazard.id'], name=op.f('fk_visit_finding_hazard_id_hazard')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_finding_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_finding')),
    sa.UniqueConstraint('hazard_id', name=op.f('uq_visit_finding_hazard_id'))
    )
    op.create_index(op.f('ix_visit_finding_visit_id_id'), 'visit_finding', ['visit_id', 'id'])

    op.create_table('visit_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('photo_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_visit_photo_photo_id_photo')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_photo_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_photo')),
    sa.UniqueConstraint('visit_id', 'photo_id', name=op.f('uq_visit_photo_visit_id_photo_id'))
    )
    op.create_index(op.f('ix_visit_photo_photo_id'), 'visit_photo', ['photo_id'])

    op.create_table('visit_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum(*ACTIONS, name='action', native_enum=False, length=24), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_visit_event_by_id_person')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_event_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_event'))
    )
    op.create_index(op.f('ix_visit_event_visit_id_id'), 'visit_event', ['visit_id', 'id'])
    for sql in statements('visit_event', op.get_bind().dialect.name):
        op.execute(sql)


def downgrade() -> None:
    for table in ('visit_event', 'visit_photo', 'visit_finding', 'visit'):
        op.drop_table(table)
    for column in LEDGER_BY:
        op.drop_index(op.f(f'ix_hazard_{column}_found_at_id'), table_name='hazard')
    op.drop_table('saved_view')
