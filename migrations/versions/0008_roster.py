"""the duty roster: shifts, turns with their history, swaps, feeds

Revision ID: 0008_roster
Revises: 0007_accounts
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0008_roster'
down_revision = '0007_accounts'
branch_labels = None
depends_on = None

APPEND_ONLY = ("roster_event",)


def upgrade() -> None:
    op.create_table('calendar_feed',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=43), nullable=False),
    sa.Column('renewed_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_feed_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token', name=op.f('uq_calendar_feed_token'))
    )
    op.create_table('shift',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=True),
    sa.Column('title', sa.String(length=20), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('building_id', sa.Integer(), nullable=True),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.Column('days', sa.Enum('teaching', 'boarding', 'every', name='shiftdays', native_enum=False, length=24), nullable=False),
    sa.Column('weekdays', sa.String(length=7), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('posts', sa.JSON(), nullable=False),
    sa.Column('checklist_key', sa.String(length=40), nullable=True),
    sa.Column('plan_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.CheckConstraint('people BETWEEN 1 AND 9', name=op.f('ck_shift_some_people')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_shift_building_id_building')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_shift_plan_id_plan')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift')),
    sa.UniqueConstraint('key', name=op.f('uq_shift_key')),
    sa.UniqueConstraint('plan_id', name=op.f('uq_shift_plan_id')),
    sa.UniqueConstraint('title', name=op.f('uq_shift_title'))
    )
    op.create_table('roster_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('stand_in_id', sa.Integer(), nullable=True),
    sa.Column('stand_in_note', sa.String(length=80), nullable=False),
    sa.Column('is_swapped', sa.Boolean(), nullable=False),
    sa.CheckConstraint('slot BETWEEN 1 AND 9', name=op.f('ck_roster_entry_some_slot')),
    sa.CheckConstraint('stand_in_id <> person_id', name=op.f('ck_roster_entry_stand_in_is_another')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_roster_entry_person_id_person')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_roster_entry_shift_id_shift')),
    sa.ForeignKeyConstraint(['stand_in_id'], ['person.id'], name=op.f('fk_roster_entry_stand_in_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_entry')),
    sa.UniqueConstraint('shift_id', 'day', 'person_id', name=op.f('uq_roster_entry_shift_id_day_person_id')),
    sa.UniqueConstraint('shift_id', 'day', 'slot', name=op.f('uq_roster_entry_shift_id_day_slot'))
    )
    with op.batch_alter_table('roster_entry') as batch_op:
        batch_op.create_index(batch_op.f('ix_roster_entry_day'), ['day'], unique=False)
        batch_op.create_index(batch_op.f('ix_roster_entry_person_id_day'), ['person_id', 'day'], unique=False)
        batch_op.create_index(batch_op.f('ix_roster_entry_stand_in_id_day'), ['stand_in_id', 'day'], unique=False)

    op.create_table('shift_person',
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_shift_person_person_id_person')),
    sa.ForeignKeyConstraint(['shift_id'], ['shift.id'], name=op.f('fk_shift_person_shift_id_shift')),
    sa.PrimaryKeyConstraint('shift_id', 'person_id', name=op.f('pk_shift_person'))
    )
    with op.batch_alter_table('shift_person') as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_person_person_id'), ['person_id'], unique=False)

    op.create_table('roster_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.Enum('fill', 'set', 'clear', 'stand_in', 'no_stand_in', 'swap', 'leave', name='rosteraction', native_enum=False, length=24), nullable=False),
    sa.Column('before_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=80), nullable=False),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['before_id'], ['person.id'], name=op.f('fk_roster_event_before_id_person')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_roster_event_by_id_person')),
    sa.ForeignKeyConstraint(['entry_id'], ['roster_entry.id'], name=op.f('fk_roster_event_entry_id_roster_entry')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_roster_event_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_event'))
    )
    with op.batch_alter_table('roster_event') as batch_op:
        batch_op.create_index(batch_op.f('ix_roster_event_entry_id_id'), ['entry_id', 'id'], unique=False)

    op.create_table('roster_swap',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('other_entry_id', sa.Integer(), nullable=True),
    sa.Column('asker_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=80), nullable=False),
    sa.Column('state', sa.Enum('asked', 'agreed', 'declined', 'withdrawn', 'void', name='swapstate', native_enum=False, length=24), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f('ck_roster_swap_decided_iff_answered')),
    sa.CheckConstraint('asker_id <> other_id', name=op.f('ck_roster_swap_two_people')),
    sa.CheckConstraint('entry_id <> other_entry_id', name=op.f('ck_roster_swap_two_turns')),
    sa.ForeignKeyConstraint(['asker_id'], ['person.id'], name=op.f('fk_roster_swap_asker_id_person')),
    sa.ForeignKeyConstraint(['entry_id'], ['roster_entry.id'], name=op.f('fk_roster_swap_entry_id_roster_entry')),
    sa.ForeignKeyConstraint(['other_entry_id'], ['roster_entry.id'], name=op.f('fk_roster_swap_other_entry_id_roster_entry')),
    sa.ForeignKeyConstraint(['other_id'], ['person.id'], name=op.f('fk_roster_swap_other_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_swap'))
    )
    with op.batch_alter_table('roster_swap') as batch_op:
        batch_op.create_index(batch_op.f('ix_roster_swap_asker_id_state_id'), ['asker_id', 'state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_roster_swap_other_entry_id'), ['other_entry_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_roster_swap_other_id_state_id'), ['other_id', 'state', 'id'], unique=False)
        batch_op.create_index('uq_roster_swap_open', ['entry_id'], unique=True, sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))

    for table in APPEND_ONLY:
        for sql in statements(table, op.get_bind().dialect.name):
            op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("UPDATE plan SET is_active = false WHERE target = 'shift'")  # nobody gives it targets now
    with op.batch_alter_table('roster_swap') as batch_op:
        batch_op.drop_index('uq_roster_swap_open', sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))
        batch_op.drop_index(batch_op.f('ix_roster_swap_other_id_state_id'))
        batch_op.drop_index(batch_op.f('ix_roster_swap_other_entry_id'))
        batch_op.drop_index(batch_op.f('ix_roster_swap_asker_id_state_id'))

    op.drop_table('roster_swap')
    with op.batch_alter_table('roster_event') as batch_op:
        batch_op.drop_index(batch_op.f('ix_roster_event_entry_id_id'))

    op.drop_table('roster_event')
    with op.batch_alter_table('shift_person') as batch_op:
        batch_op.drop_index(batch_op.f('ix_shift_person_person_id'))

    op.drop_table('shift_person')
    with op.batch_alter_table('roster_entry') as batch_op:
        batch_op.drop_index(batch_op.f('ix_roster_entry_stand_in_id_day'))
        batch_op.drop_index(batch_op.f('ix_roster_entry_person_id_day'))
        batch_op.drop_index(batch_op.f('ix_roster_entry_day'))

    op.drop_table('roster_entry')
    op.drop_table('shift')
    op.drop_table('calendar_feed')
