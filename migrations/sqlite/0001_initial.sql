-- Nodes, ports, outbox, history, large values and leases.
-- `doc` holds the whole record as JSON; the other columns exist to filter, sort and keep unique. Times are microseconds since 1970.

CREATE TABLE nodes (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid                   TEXT    NOT NULL UNIQUE,
    name                   TEXT    UNIQUE,
    instance_uuid          TEXT    UNIQUE,
    revision               BIGINT  NOT NULL,
    at_work                BOOLEAN NOT NULL,
    created_at             BIGINT  NOT NULL,
    updated_at             BIGINT,
    driver                 TEXT    NOT NULL,
    provision_state        TEXT    NOT NULL,
    target_provision_state TEXT,
    provision_updated_at   BIGINT,
    power_state            TEXT,
    target_power_state     TEXT,
    resource_class         TEXT,
    conductor_group        TEXT    NOT NULL,
    chassis                TEXT,
    allocation             TEXT,
    shard                  TEXT,
    parent_node            TEXT,
    owner                  TEXT,
    lessee                 TEXT,
    description            TEXT,
    instance_name          TEXT,
    fault                  TEXT,
    last_error             TEXT,
    maintenance            BOOLEAN NOT NULL,
    maintenance_reason     TEXT,
    retired                BOOLEAN NOT NULL,
    retired_reason         TEXT,
    protected              BOOLEAN NOT NULL,
    protected_reason       TEXT,
    automated_clean        BOOLEAN,
    console_enabled        BOOLEAN NOT NULL,
    boot_mode              TEXT,
    secure_boot            BOOLEAN,
    health                 TEXT,
    inspection_started_at  BIGINT,
    inspection_finished_at BIGINT,
    inventory              TEXT,
    config_drive           TEXT,
    doc                    TEXT    NOT NULL
);
CREATE INDEX nodes_at_work ON nodes (id) WHERE at_work;
CREATE INDEX nodes_provision_state ON nodes (provision_state);
CREATE INDEX nodes_parent_node ON nodes (parent_node);
CREATE INDEX nodes_shard ON nodes (shard);

CREATE TABLE ports (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid               TEXT    NOT NULL UNIQUE,
    node               TEXT    NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    address            TEXT    NOT NULL UNIQUE,
    name               TEXT    UNIQUE,
    description        TEXT,
    pxe_enabled        BOOLEAN NOT NULL,
    physical_network   TEXT,
    portgroup          TEXT,
    is_smartnic        BOOLEAN NOT NULL,
    created_at         BIGINT  NOT NULL,
    updated_at         BIGINT,
    doc                TEXT    NOT NULL
);
CREATE INDEX ports_node ON ports (node);

CREATE TABLE effects (
    node       TEXT   NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    attempt    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    doc        TEXT   NOT NULL,
    PRIMARY KEY (node, number)
);

CREATE TABLE history (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    node TEXT    NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    at   BIGINT  NOT NULL,
    doc  TEXT    NOT NULL
);
CREATE INDEX history_node ON history (node, id);

-- `key_id` names the key that the bytes are sealed with; without one they are plain.
CREATE TABLE blobs (
    kind   TEXT   NOT NULL,
    hash   TEXT   NOT NULL,
    key_id TEXT,
    put_at BIGINT NOT NULL,
    bytes  BLOB   NOT NULL,
    PRIMARY KEY (kind, hash)
);

CREATE TABLE blob_references (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    node TEXT    NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    kind TEXT    NOT NULL,
    hash TEXT    NOT NULL,
    UNIQUE (node, kind, hash),
    FOREIGN KEY (kind, hash) REFERENCES blobs (kind, hash)
);
CREATE INDEX blob_references_blob ON blob_references (kind, hash);

CREATE TABLE leases (
    mac     TEXT   NOT NULL PRIMARY KEY,
    address TEXT   NOT NULL,
    expires BIGINT NOT NULL,
    doc     TEXT   NOT NULL
);

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
