"""standards of the self-assessment, assessments, and what people said of them

Revision ID: 0024_assessments
Revises: 0023_ten_years
"""

import sqlalchemy as sa
from alembic import op

from unitsafe.core.append_only import statements
from unitsafe.core.db import UtcDateTime

revision = '0024_assessments'
down_revision = '0023_ten_years'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quarter_figures',
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('quarter', name=op.f('pk_quarter_figures'))
    )
    op.create_table('assessment_standard',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=20), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('is_draft', sa.Boolean(), nullable=True),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('published_at', UtcDateTime(), nullable=True),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('(is_draft IS NULL) = (published_at IS NOT NULL)', name=op.f('ck_assessment_standard_draft_until_published')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_assessment_standard_made_by_id_person')),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name=op.f('fk_assessment_standard_published_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_standard')),
    sa.UniqueConstraint('is_draft', name=op.f('uq_assessment_standard_is_draft')),
    sa.UniqueConstraint('number', name=op.f('uq_assessment_standard_number'))
    )
    op.create_table('assessment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('standard_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'reviewed', 'signed', name='state', native_enum=False, length=24), nullable=False),
    sa.Column('content', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('summary', sa.JSON(none_as_null=True), nullable=True),
    sa.CheckConstraint("(state = 'signed') = (content IS NOT NULL)", name=op.f('ck_assessment_signed_has_its_content')),
    sa.ForeignKeyConstraint(['standard_id'], ['assessment_standard.id'], name=op.f('fk_assessment_standard_id_assessment_standard')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sa.UniqueConstraint('quarter', name=op.f('uq_assessment_quarter'))
    )
    op.create_table('assessment_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Enum('open', 'department', 'review', 'return', 'sign', 'file', name='step', native_enum=False, length=24), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('how', sa.Enum('screen', 'paper', name='how', native_enum=False, length=24), nullable=True),
    sa.Column('department', sa.String(length=40), nullable=False),
    sa.Column('signer', sa.String(length=40), nullable=False),
    sa.Column('typed_name', sa.String(length=40), nullable=False),
    sa.Column('signature_id', sa.Integer(), nullable=True),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('receipt', sa.String(length=60), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("how IS NULL OR how = 'paper' OR typed_name <> '' OR signature_id IS NOT NULL", name=op.f('ck_assessment_event_screen_has_a_signature')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_event_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_assessment_event_by_id_person')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_assessment_event_file_id_stored_file')),
    sa.ForeignKeyConstraint(['signature_id'], ['photo.id'], name=op.f('fk_assessment_event_signature_id_photo')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_event'))
    )
    op.create_index(op.f('ix_assessment_event_assessment_id_id'), 'assessment_event', ['assessment_id', 'id'])
    op.create_index(op.f('ix_assessment_event_file_id'), 'assessment_event', ['file_id'])
    op.create_index(op.f('ix_assessment_event_signature_id'), 'assessment_event', ['signature_id'])

    op.create_table('assessment_hazard',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('item', sa.String(length=40), nullable=False),
    sa.Column('hazard_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_hazard_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['hazard_id'], ['hazard.id'], name=op.f('fk_assessment_hazard_hazard_id_hazard')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_hazard')),
    sa.UniqueConstraint('assessment_id', 'item', name=op.f('uq_assessment_hazard_assessment_id_item')),
    sa.UniqueConstraint('hazard_id', name=op.f('uq_assessment_hazard_hazard_id'))
    )
    op.create_table('assessment_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('left_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_member_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_assessment_member_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_member')),
    sa.UniqueConstraint('assessment_id', 'person_id', name=op.f('uq_assessment_member_assessment_id_person_id'))
    )
    op.create_table('assessment_score',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('item', sa.String(length=40), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_score_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_assessment_score_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_score'))
    )
    op.create_index(op.f('ix_assessment_score_assessment_id_item_part_id'), 'assessment_score', ['assessment_id', 'item', 'part', 'id'])

    op.create_table('assessment_veto',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('veto', sa.String(length=40), nullable=False),
    sa.Column('holds', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessment_veto_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_assessment_veto_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_veto'))
    )
    op.create_index(op.f('ix_assessment_veto_assessment_id_veto_id'), 'assessment_veto', ['assessment_id', 'veto', 'id'])

    op.create_table('assessment_score_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('score_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_assessment_score_file_file_id_stored_file')),
    sa.ForeignKeyConstraint(['score_id'], ['assessment_score.id'], name=op.f('fk_assessment_score_file_score_id_assessment_score')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_score_file')),
    sa.UniqueConstraint('score_id', 'file_id', name=op.f('uq_assessment_score_file_score_id_file_id'))
    )
    op.create_index(op.f('ix_assessment_score_file_file_id'), 'assessment_score_file', ['file_id'])
    for table in ('quarter_figures', 'assessment_score', 'assessment_score_file', 'assessment_veto', 'assessment_event'):
        for sql in statements(table, op.get_bind().dialect.name):
            op.execute(sql)


def downgrade() -> None:
    for table in (
        'assessment_score_file', 'assessment_veto', 'assessment_score', 'assessment_member', 'assessment_hazard', 'assessment_event', 'assessment', 'assessment_standard', 'quarter_figures',
    ):
        op.drop_table(table)
