"""tips: what anybody tells the school, and how it is answered

Revision ID: 0011_tips
Revises: 0010_hazard_life
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0011_tips'
down_revision = '0010_hazard_life'
branch_labels = None
depends_on = None

STATES = ('received', 'accepted', 'hazard', 'answered')
CHANNELS = ('web', 'plate', 'phone', 'in_person', 'mailbox')
OUTCOMES = ('fixed', 'no_hazard', 'under_way')
ACTIONS = ('receive', 'accept', 'make_hazard', 'answer', 'note', 'reward', 'rate')


def upgrade() -> None:
    op.create_table('tip_serial',
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_tip_serial'))
    )
    op.create_table('tip',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('word', sa.String(length=12), nullable=False),
    sa.Column('state', sa.Enum(*STATES, name='state', native_enum=False, length=24), nullable=False),
    sa.Column('channel', sa.Enum(*CHANNELS, name='channel', native_enum=False, length=24), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('photo_bytes', sa.Integer(), nullable=False),
    sa.Column('received_at', UtcDateTime(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('accepted_at', UtcDateTime(), nullable=True),
    sa.Column('handler_id', sa.Integer(), nullable=True),
    sa.Column('hazard_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum(*OUTCOMES, name='outcome', native_enum=False, length=24), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.Column('reward', sa.String(length=100), nullable=False),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('follow_up', sa.String(length=300), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'answered' OR answered_at IS NOT NULL", name=op.f('ck_tip_answered_at')),
    sa.CheckConstraint("state <> 'hazard' OR hazard_id IS NOT NULL", name=op.f('ck_tip_hazard')),
    sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_tip_rating')),
    sa.ForeignKeyConstraint(['handler_id'], ['person.id'], name=op.f('fk_tip_handler_id_person')),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazard.id'], name=op.f('fk_tip_hazard_id_hazard')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_tip_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tip')),
    sa.UniqueConstraint('number', name=op.f('uq_tip_number'))
    )
    op.create_index(op.f('ix_tip_received_at_id'), 'tip', ['received_at', 'id'], unique=False)
    op.create_index(op.f('ix_tip_state_due_on_id'), 'tip', ['state', 'due_on', 'id'], unique=False)
    op.create_index(op.f('ix_tip_hazard_id'), 'tip', ['hazard_id'], unique=False)
    op.create_table('tip_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tip_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum(*ACTIONS, name='action', native_enum=False, length=24), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum(*OUTCOMES, name='outcome', native_enum=False, length=24), nullable=True),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_tip_event_by_id_person')),
    sa.ForeignKeyConstraint(['tip_id'], ['tip.id'], name=op.f('fk_tip_event_tip_id_tip')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tip_event'))
    )
    op.create_index(op.f('ix_tip_event_tip_id_id'), 'tip_event', ['tip_id', 'id'], unique=False)
    op.create_table('tip_photo',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tip_id', sa.Integer(), nullable=False),
    sa.Column('photo_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_tip_photo_photo_id_photo')),
    sa.ForeignKeyConstraint(['tip_id'], ['tip.id'], name=op.f('fk_tip_photo_tip_id_tip')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tip_photo')),
    sa.UniqueConstraint('tip_id', 'photo_id', name=op.f('uq_tip_photo_tip_id_photo_id'))
    )
    for sql in statements('tip_event', op.get_bind().dialect.name):
        op.execute(sql)


def downgrade() -> None:
    op.drop_table('tip_photo')
    op.drop_table('tip_event')
    op.drop_table('tip')
    op.drop_table('tip_serial')
