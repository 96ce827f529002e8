"""Agreements with their versions, signatures and approvals, and the keys that sign them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP TABLE agreements",
    "CREATE TABLE agreements (id text PRIMARY KEY)",
    # `document` is the canonical JSON, byte for byte what is signed: no other release may write it anew.
    """
    CREATE TABLE agreement_versions (
        agreement   text NOT NULL REFERENCES agreements,
        version     integer NOT NULL CHECK (version > 0),
        document    bytea NOT NULL,
        digest      bytea NOT NULL CHECK (digest = sha256(document)),
        state       text NOT NULL CHECK (state IN ('draft', 'proposed', 'active', 'suspended', 'ended')),
        drafted     timestamptz NOT NULL,
        proposed    timestamptz,
        proposed_by text,
        activated   timestamptz,
        ended       timestamptz,
        PRIMARY KEY (agreement, version),
        CHECK ((proposed IS NULL) = (proposed_by IS NULL)),
        CHECK (state <> 'draft' OR (proposed IS NULL AND activated IS NULL)),
        CHECK (state NOT IN ('active', 'suspended') OR activated IS NOT NULL),
        CHECK ((state = 'ended') = (ended IS NOT NULL))
    )
    """,
    """
    CREATE TABLE keys (
        id           text PRIMARY KEY,
        organisation text NOT NULL REFERENCES organisations,
        public_key   bytea NOT NULL UNIQUE CHECK (octet_length(public_key) = 32),
        added        timestamptz NOT NULL,
        revoked      timestamptz
    )
    """,
    "CREATE INDEX keys_organisation ON keys (organisation)",
    """
    CREATE TABLE agreement_signatures (
        agreement text NOT NULL,
        version   integer NOT NULL,
        member    text NOT NULL REFERENCES members,
        key       text NOT NULL REFERENCES keys,
        signature bytea NOT NULL CHECK (octet_length(signature) = 64),
        actor     text NOT NULL,
        signed    timestamptz NOT NULL,
        PRIMARY KEY (agreement, version, member),
        FOREIGN KEY (agreement, version) REFERENCES agreement_versions
    )
    """,
    # At most one step of an agreement awaits the approval of a second operator.
    """
    CREATE TABLE agreement_approvals (
        agreement  text PRIMARY KEY REFERENCES agreements,
        transition text NOT NULL CHECK (transition IN ('activate', 'suspend', 'resume', 'end', 'withdraw')),
        version    integer NOT NULL,
        asked_by   text NOT NULL,
        asked      timestamptz NOT NULL,
        producers  text[] NOT NULL,
        member     text REFERENCES members,
        FOREIGN KEY (agreement, version) REFERENCES agreement_versions
    )
    """,
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
