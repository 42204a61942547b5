"""what the school puts on its year, marks of it, signatures

Revision ID: 0019_year_plan
Revises: 0018_station
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0019_year_plan'
down_revision = '0018_station'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('year_plan_own',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.String(length=9), nullable=False),
    sa.Column('text', sa.String(length=60), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('post', sa.String(length=40), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_year_plan_own_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_year_plan_own'))
    )
    op.create_index(op.f('ix_year_plan_own_school_year_id'), 'year_plan_own', ['school_year', 'id'])

    op.create_table('year_plan_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.String(length=9), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('slot', sa.String(length=20), nullable=False),
    sa.Column('act', sa.Enum('done', 'undone', 'drop', 'restore', name='act', native_enum=False, length=24), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("act <> 'done' OR done_on IS NOT NULL", name=op.f('ck_year_plan_mark_done_on_some_day')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_year_plan_mark_by_id_person')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_year_plan_mark_file_id_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_year_plan_mark'))
    )
    op.create_index(op.f('ix_year_plan_mark_file_id'), 'year_plan_mark', ['file_id'])
    op.create_index(op.f('ix_year_plan_mark_school_year_id'), 'year_plan_mark', ['school_year', 'id'])

    op.create_table('year_plan_signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.String(length=9), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('how', sa.Enum('screen', 'paper', name='how', native_enum=False, length=24), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('typed_name', sa.String(length=40), nullable=False),
    sa.Column('signature_id', sa.Integer(), nullable=True),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("how = 'paper' OR typed_name <> '' OR signature_id IS NOT NULL", name=op.f('ck_year_plan_signature_screen_has_a_signature')),
    sa.CheckConstraint("how = 'screen' OR file_id IS NOT NULL", name=op.f('ck_year_plan_signature_paper_has_a_scan')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_year_plan_signature_by_id_person')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_year_plan_signature_file_id_stored_file')),
    sa.ForeignKeyConstraint(['signature_id'], ['photo.id'], name=op.f('fk_year_plan_signature_signature_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_year_plan_signature')),
    sa.UniqueConstraint('school_year', 'version', name=op.f('uq_year_plan_signature_school_year_version'))
    )
    for table in ('year_plan_own', 'year_plan_mark', 'year_plan_signature'):
        for sql in statements(table, op.get_bind().dialect.name):
            op.execute(sql)


def downgrade() -> None:
    for table in ('year_plan_signature', 'year_plan_mark', 'year_plan_own'):
        op.drop_table(table)
