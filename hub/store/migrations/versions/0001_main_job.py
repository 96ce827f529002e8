"""The log, the classes it refers to, the directory, the agreements and the submissions."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    # One clock for the whole hub: the row lock of log_head orders commits, see hub.store.log.
    """
    CREATE TABLE log_head (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        seq      bigint NOT NULL,
        tick     bigint NOT NULL,
        genesis  bigint NOT NULL,
        secret   bytea  NOT NULL
    )
    """,
    "CREATE TABLE policy_epoch (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), epoch bigint NOT NULL)",
    "INSERT INTO policy_epoch (epoch) VALUES (1)",
    # The directory.
    """
    CREATE TABLE members (
        code   text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'),
        name   text NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'observer', 'suspended'))
    )
    """,
    """
    CREATE TABLE organisations (
        id           text PRIMARY KEY,
        member       text REFERENCES members,
        kind         text NOT NULL CHECK (kind IN ('cert', 'constituent', 'partner', 'hub')),
        name         text NOT NULL,
        served_by    text REFERENCES organisations,
        cross_border boolean NOT NULL DEFAULT false,
        active       boolean NOT NULL DEFAULT true,
        identity     text UNIQUE,
        CHECK ((member IS NULL) = (kind = 'hub'))
    )
    """,
    "CREATE UNIQUE INDEX organisations_one_cert ON organisations (member) WHERE kind = 'cert' AND active",
    """
    CREATE TABLE accounts (
        id           text PRIMARY KEY,
        organisation text NOT NULL REFERENCES organisations,
        roles        text[] NOT NULL,
        purpose      text NOT NULL,
        active       boolean NOT NULL DEFAULT true,
        created      timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE tokens (
        id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account   text NOT NULL REFERENCES accounts,
        digest    bytea NOT NULL UNIQUE,
        created   timestamptz NOT NULL DEFAULT now(),
        expires   timestamptz NOT NULL,
        last_used timestamptz,
        revoked   timestamptz
    )
    """,
    "CREATE INDEX tokens_account ON tokens (account)",
    """
    CREATE TABLE agreements (
        id       text PRIMARY KEY,
        document jsonb NOT NULL
    )
    """,
    # What rows are classed by. A handling is what the rules look at of a version; a guard is the handlings that must
    # all be allowed for a row to be read: its own, the newest of its object here, and its producer's newest anywhere.
    # Audiences have no greatest size and entries of an index do, so they are told apart by a digest.
    """
    CREATE TABLE handlings (
        id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        producer         text NOT NULL,
        type             text NOT NULL,
        tlp              smallint NOT NULL,
        audiences        jsonb NOT NULL,
        audiences_digest bytea NOT NULL,
        unknown_marking  boolean NOT NULL,
        UNIQUE (producer, type, tlp, audiences_digest, unknown_marking)
    )
    """,
    """
    CREATE TABLE guards (
        id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        own       integer NOT NULL REFERENCES handlings,
        newest    integer NOT NULL REFERENCES handlings,
        producers integer NOT NULL REFERENCES handlings,
        UNIQUE (own, newest, producers)
    )
    """,
    """
    CREATE TABLE collections (
        number smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id     text NOT NULL UNIQUE
    )
    """,
    # The log. A version that its object's producer has superseded is not `latest`. `accepted` is the tick that it was
    # stored with, from which its age counts; `tick` is later where it was moved to the head since. There are no
    # foreign keys: collections, guards, handlings and organisations are never deleted, and looking up four of them
    # costs a third of an insert.
    """
    CREATE TABLE log (
        seq                bigint PRIMARY KEY,
        tick               bigint NOT NULL UNIQUE,
        accepted           bigint NOT NULL,
        newest_accepted    bigint NOT NULL,
        producers_accepted bigint NOT NULL,
        version_tick       bigint NOT NULL,
        created            bigint,
        guard              integer NOT NULL,
        handling           integer NOT NULL,
        collection         smallint NOT NULL,
        latest             boolean NOT NULL,
        revoked            boolean NOT NULL,
        object_id          text NOT NULL,
        type               text NOT NULL,
        version            text NOT NULL,
        producer           text NOT NULL,
        created_by_ref     text,
        digest             bytea NOT NULL,
        submission         uuid NOT NULL,
        payload            bytea NOT NULL,
        UNIQUE (object_id, producer, version_tick, collection)
    )
    """,
    "ALTER TABLE log ALTER COLUMN payload SET STORAGE EXTERNAL",
    "CREATE INDEX log_latest ON log (collection, tick) WHERE latest",
    "CREATE INDEX log_guard ON log (collection, guard, tick)",
    "CREATE INDEX log_type ON log (collection, type, tick)",
    # What marking-definitions in the log mean to the rules.
    """
    CREATE TABLE markings (
        id       text NOT NULL,
        seq      bigint NOT NULL REFERENCES log ON DELETE CASCADE ON UPDATE CASCADE,
        producer text NOT NULL,
        kind     text NOT NULL CHECK (kind IN ('statement', 'audience', 'other')),
        audience jsonb,
        PRIMARY KEY (id, seq),
        CHECK ((audience IS NOT NULL) = (kind = 'audience'))
    )
    """,
    "CREATE INDEX markings_seq ON markings (seq)",
    # Submissions: the body, and the listing of what it holds, are kept only while something of it is pending.
    """
    CREATE TABLE submissions (
        id           uuid PRIMARY KEY,
        collection   text NOT NULL,
        organisation text NOT NULL REFERENCES organisations,
        account      text NOT NULL REFERENCES accounts,
        received     bigint NOT NULL,
        total        integer NOT NULL,
        completed    bigint,
        listing      bytea,
        body         bytea,
        CHECK ((listing IS NULL) = (completed IS NOT NULL)),
        CHECK ((body IS NULL) = (completed IS NOT NULL))
    )
    """,
    "CREATE INDEX submissions_pending ON submissions (received) WHERE completed IS NULL",
    "CREATE INDEX submissions_completed ON submissions (completed) WHERE completed IS NOT NULL",
    """
    CREATE TABLE outcomes (
        submission uuid NOT NULL REFERENCES submissions ON DELETE CASCADE,
        part       integer NOT NULL,
        document   bytea NOT NULL,
        PRIMARY KEY (submission, part)
    )
    """,
    # The ledger: who did what, written in the transaction that did it.
    """
    CREATE TABLE ledger (
        id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at      timestamptz NOT NULL DEFAULT now(),
        actor   text NOT NULL,
        action  text NOT NULL,
        subject text NOT NULL,
        detail  jsonb NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Create everything; the clock begins at this moment."""
    for statement in STATEMENTS:
        op.execute(statement)
    op.execute(
        "INSERT INTO log_head (seq, tick, genesis, secret)"
        " SELECT 0, t.us, t.us, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"
        " FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS t"
    )
