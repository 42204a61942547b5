"""indexes for what stays small while the ledgers grow for ten years

Revision ID: 0023_ten_years
Revises: 0022_figure_indexes
"""

import sqlalchemy as sa
from alembic import op

revision = '0023_ten_years'
down_revision = '0022_figure_indexes'
branch_labels = None
depends_on = None

UNDONE = sa.text("state IN ('due', 'in_progress') AND explanation = ''")


def upgrade() -> None:
    # today: mine, missed and not explained; without the thousands that are explained
    op.create_index('ix_check_record_undone', 'check_record', ['state', 'missed_at'],
                    sqlite_where=UNDONE, postgresql_where=UNDONE)
    # whether a photo may be seen
    op.create_index('ix_check_photo_photo_id', 'check_photo', ['photo_id'])
    op.create_index('ix_hazard_photo_photo_id', 'hazard_photo', ['photo_id'])
    # today: mine to rate, of the last month
    op.drop_index('ix_hazard_reporter_id_state', 'hazard')
    op.create_index('ix_hazard_reporter_id_state_closed_at', 'hazard', ['reporter_id', 'state', 'closed_at'])


def downgrade() -> None:
    op.drop_index('ix_hazard_reporter_id_state_closed_at', 'hazard')
    op.create_index('ix_hazard_reporter_id_state', 'hazard', ['reporter_id', 'state'])
    op.drop_index('ix_hazard_photo_photo_id', 'hazard_photo')
    op.drop_index('ix_check_photo_photo_id', 'check_photo')
    op.drop_index('ix_check_record_undone', 'check_record', sqlite_where=UNDONE, postgresql_where=UNDONE)
