"""accounts: devices, one-time links, the end of a visit, the day of leaving

Revision ID: 0007_accounts
Revises: 0006_work_days
"""

import secrets

import sqlalchemy as sa
from alembic import op

from unitsafe.core.db import UtcDateTime

revision = '0007_accounts'
down_revision = '0006_work_days'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('device', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('last_seen_on', sa.Date(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in'))
    )
    op.create_index(op.f('ix_sign_in_last_seen_on'), 'sign_in', ['last_seen_on'], unique=False)
    op.create_index(op.f('ix_sign_in_person_id_ended_at'), 'sign_in', ['person_id', 'ended_at'], unique=False)
    op.create_table('sign_in_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.Column('voided_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_link_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_link_token_hash'))
    )
    op.create_index(op.f('ix_sign_in_link_person_id'), 'sign_in_link', ['person_id'], unique=False)
    with op.batch_alter_table('person') as batch:
        batch.add_column(sa.Column('account_at', UtcDateTime(), nullable=True))
        batch.add_column(sa.Column('account_until', sa.Date(), nullable=True))
        batch.add_column(sa.Column('left_on', sa.Date(), nullable=True))
        batch.drop_column('session_key')
    op.execute("UPDATE person SET account_at = created_at WHERE username IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table('person') as batch:
        batch.drop_column('left_on')
        batch.drop_column('account_until')
        batch.drop_column('account_at')
        batch.add_column(sa.Column('session_key', sa.String(length=32), nullable=False, server_default=''))
    with op.batch_alter_table('person') as batch:
        batch.alter_column('session_key', server_default=None)
    _new_session_keys()
    op.drop_table('sign_in_link')
    op.drop_table('sign_in')


def _new_session_keys() -> None:
    """Whoever was signed in signs in again."""
    person = sa.table('person', sa.column('id', sa.Integer), sa.column('session_key', sa.String))
    connection = op.get_bind()
    for (person_id,) in connection.execute(sa.select(person.c.id)).all():
        connection.execute(
            person.update().where(person.c.id == person_id).values(session_key=secrets.token_hex(16))
        )
