"""cookies kept as hashes, devices that stay signed in, temporary passwords that end

Revision ID: 0027_security
Revises: 0026_processes
"""

import hashlib

import sqlalchemy as sa
from alembic import op

from unitsafe.core.db import UtcDateTime

revision = '0027_security'
down_revision = '0026_processes'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('person', sa.Column('temporary_until', UtcDateTime(), nullable=True))
    op.add_column('sign_in', sa.Column('stays', sa.Boolean(), nullable=False, server_default=sa.true()))
    connection = op.get_bind()
    for number, key in connection.execute(sa.text('SELECT id, key FROM sign_in')).all():
        hashed = hashlib.sha256(key.encode()).hexdigest()[:32]
        connection.execute(sa.text('UPDATE sign_in SET key = :key WHERE id = :id'), {'key': hashed, 'id': number})


def downgrade() -> None:
    # No key can be had from its hash: everybody signs in again.
    op.execute(sa.text('UPDATE sign_in SET ended_at = made_at WHERE ended_at IS NULL'))
    op.drop_column('sign_in', 'stays')
    op.drop_column('person', 'temporary_until')
