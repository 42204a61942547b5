"""awards and reminders of a month's appraisal

Revision ID: 0020_appraisal_notes
Revises: 0019_year_plan
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0020_appraisal_notes'
down_revision = '0019_year_plan'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('appraisal_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('grid_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('praise', 'award', 'reminder', 'talk', name='notekind', native_enum=False, length=24), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('measure', sa.String(length=60), nullable=False),
    sa.Column('withdraws_id', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('(grid_id IS NULL) <> (person_id IS NULL)', name=op.f('ck_appraisal_note_of_one')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_appraisal_note_by_id_person')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_appraisal_note_grid_id_grid')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_appraisal_note_person_id_person')),
    sa.ForeignKeyConstraint(['withdraws_id'], ['appraisal_note.id'], name=op.f('fk_appraisal_note_withdraws_id_appraisal_note')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appraisal_note')),
    sa.UniqueConstraint('withdraws_id', name=op.f('uq_appraisal_note_withdraws_id'))
    )
    for columns in (['month', 'id'], ['person_id', 'id'], ['grid_id', 'id']):
        op.create_index(op.f(f"ix_appraisal_note_{'_'.join(columns)}"), 'appraisal_note', columns)
    for sql in statements('appraisal_note', op.get_bind().dialect.name):
        op.execute(sql)


def downgrade() -> None:
    op.drop_table('appraisal_note')
