"""letters of responsibility, and which plates hang on the walls

Revision ID: 0004_letters
Revises: 0003_tree
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0004_letters'
down_revision = '0003_tree'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('letter_review',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_letter_review'))
    )
    op.create_table('plate_posting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('posted_on', sa.Date(), nullable=False),
    sa.Column('label', sa.String(length=64), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_plate_posting_by_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_plate_posting_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plate_posting'))
    )
    with op.batch_alter_table('plate_posting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plate_posting_space_id_id'), ['space_id', 'id'], unique=False)

    op.create_table('responsibility_letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.String(length=9), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('order_code', sa.String(length=20), nullable=False),
    sa.Column('changed_on', sa.Date(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('how', sa.Enum('screen', 'paper', name='how', native_enum=False, length=24), nullable=True),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', UtcDateTime(), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('typed_name', sa.String(length=40), nullable=False),
    sa.Column('signature_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("how IS NULL OR how = 'paper' OR typed_name <> '' OR signature_id IS NOT NULL", name=op.f('ck_responsibility_letter_screen_has_a_signature')),
    sa.CheckConstraint('(how IS NULL) = (signed_on IS NULL) AND (how IS NULL) = (recorded_at IS NULL)', name=op.f('ck_responsibility_letter_signed_whole_or_not')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_responsibility_letter_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_responsibility_letter_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['signature_id'], ['photo.id'], name=op.f('fk_responsibility_letter_signature_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_responsibility_letter')),
    sa.UniqueConstraint('person_id', 'school_year', 'version', name=op.f('uq_responsibility_letter_person_id_school_year_version'))
    )
    with op.batch_alter_table('responsibility_letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_responsibility_letter_school_year_due_on_id'), ['school_year', 'due_on', 'id'], unique=False)
        batch_op.create_index('uq_responsibility_letter_current', ['person_id', 'school_year'], unique=True, sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))

    op.create_table('letter_scan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('photo_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['responsibility_letter.id'], name=op.f('fk_letter_scan_letter_id_responsibility_letter')),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_letter_scan_photo_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_scan')),
    sa.UniqueConstraint('letter_id', 'photo_id', name=op.f('uq_letter_scan_letter_id_photo_id'))
    )
    for sql in statements("plate_posting", op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.drop_table('letter_scan')
    with op.batch_alter_table('responsibility_letter', schema=None) as batch_op:
        batch_op.drop_index('uq_responsibility_letter_current', sqlite_where=sa.text('ended_on IS NULL'), postgresql_where=sa.text('ended_on IS NULL'))
        batch_op.drop_index(batch_op.f('ix_responsibility_letter_school_year_due_on_id'))

    op.drop_table('responsibility_letter')
    with op.batch_alter_table('plate_posting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plate_posting_space_id_id'))

    op.drop_table('plate_posting')
    op.drop_table('letter_review')
