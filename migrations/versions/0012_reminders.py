"""reminders: channels, the outbox, what people mute, the school's hours

Revision ID: 0012_reminders
Revises: 0011_tips
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.db import UtcDateTime

revision = '0012_reminders'
down_revision = '0011_tips'
branch_labels = None
depends_on = None

KINDS = ('morning', 'due_soon', 'overdue', 'remind', 'urgent', 'closed', 'digest', 'test')


def upgrade() -> None:
    op.create_table('channel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('url', sa.String(length=600), nullable=False),
    sa.Column('mail_to', sa.String(length=120), nullable=False),
    sa.Column('masked', sa.String(length=300), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('rest_until', UtcDateTime(), nullable=True),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('removed_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("removed_at IS NOT NULL OR (url = '') = (mail_to <> '')", name=op.f('ck_channel_one_way')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_channel_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel'))
    )
    op.create_index('uq_channel_own', 'channel', ['person_id'], unique=True, sqlite_where=sa.text('removed_at IS NULL'), postgresql_where=sa.text('removed_at IS NULL'))

    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='kind', native_enum=False, length=24), nullable=False),
    sa.Column('channel_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('path', sa.String(length=120), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('not_before', UtcDateTime(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lapses', sa.Integer(), nullable=False),
    sa.Column('claimed_until', UtcDateTime(), nullable=True),
    sa.Column('last_error', sa.String(length=200), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=True),
    sa.Column('given_up_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('sent_at IS NULL OR given_up_at IS NULL', name=op.f('ck_notice_one_end')),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_notice_channel_id_channel')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('key', name=op.f('uq_notice_key'))
    )
    still_open = sa.text('sent_at IS NULL AND given_up_at IS NULL')
    op.create_index('ix_notice_open', 'notice', ['channel_id', 'not_before', 'id'], unique=False, sqlite_where=still_open, postgresql_where=still_open)

    op.create_table('reminder_mute',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='kind', native_enum=False, length=24), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reminder_mute_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'kind', name=op.f('pk_reminder_mute'))
    )
    op.create_table('reminder_setting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quiet_from', sa.Time(), nullable=False),
    sa.Column('quiet_until', sa.Time(), nullable=False),
    sa.Column('morning', sa.Time(), nullable=False),
    sa.Column('last_event_id', sa.Integer(), nullable=True),
    sa.Column('morning_on', sa.Date(), nullable=True),
    sa.Column('digest_on', sa.Date(), nullable=True),
    sa.CheckConstraint('id = 1', name=op.f('ck_reminder_setting_only_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_setting'))
    )


def downgrade() -> None:
    op.drop_table('reminder_setting')
    op.drop_table('reminder_mute')
    op.drop_table('notice')
    op.drop_table('channel')
