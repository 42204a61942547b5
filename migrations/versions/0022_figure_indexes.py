"""indexes for the figures of a quarter: hazards by deadline, rejections by time

Revision ID: 0022_figure_indexes
Revises: 0020_appraisal_notes
"""

import sqlalchemy as sa
from alembic import op

revision = '0022_figure_indexes'
down_revision = '0020_appraisal_notes'
branch_labels = None
depends_on = None

IS_REJECT = sa.text("action = 'reject'")


def upgrade() -> None:
    op.create_index(op.f('ix_hazard_due_on'), 'hazard', ['due_on'])
    op.create_index(
        'ix_hazard_event_rejected',
        'hazard_event',
        ['at'],
        sqlite_where=IS_REJECT,
        postgresql_where=IS_REJECT,
    )


def downgrade() -> None:
    op.drop_index('ix_hazard_event_rejected', table_name='hazard_event')
    op.drop_index(op.f('ix_hazard_due_on'), table_name='hazard')
