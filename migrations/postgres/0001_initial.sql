-- Nodes, ports, outbox, history, large values and leases.
-- The same tables and columns as for SQLite; a test compares them. Text sorts by code point (collation "C"), as it does there,
-- and unique constraints are named as SQLite reports them.
-- `doc` holds the whole record as JSON; the other columns exist to filter, sort and keep unique. Times are microseconds since 1970.

CREATE TABLE nodes (
    id                     BIGINT           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid                   TEXT COLLATE "C" NOT NULL CONSTRAINT "nodes.uuid" UNIQUE,
    name                   TEXT COLLATE "C" CONSTRAINT "nodes.name" UNIQUE,
    instance_uuid          TEXT COLLATE "C" CONSTRAINT "nodes.instance_uuid" UNIQUE,
    revision               BIGINT           NOT NULL,
    at_work                BOOLEAN          NOT NULL,
    created_at             BIGINT           NOT NULL,
    updated_at             BIGINT,
    driver                 TEXT COLLATE "C" NOT NULL,
    provision_state        TEXT COLLATE "C" NOT NULL,
    target_provision_state TEXT COLLATE "C",
    provision_updated_at   BIGINT,
    power_state            TEXT COLLATE "C",
    target_power_state     TEXT COLLATE "C",
    resource_class         TEXT COLLATE "C",
    conductor_group        TEXT COLLATE "C" NOT NULL,
    chassis                TEXT COLLATE "C",
    allocation             TEXT COLLATE "C",
    shard                  TEXT COLLATE "C",
    parent_node            TEXT COLLATE "C",
    owner                  TEXT COLLATE "C",
    lessee                 TEXT COLLATE "C",
    description            TEXT COLLATE "C",
    instance_name          TEXT COLLATE "C",
    fault                  TEXT COLLATE "C",
    last_error             TEXT COLLATE "C",
    maintenance            BOOLEAN          NOT NULL,
    maintenance_reason     TEXT COLLATE "C",
    retired                BOOLEAN          NOT NULL,
    retired_reason         TEXT COLLATE "C",
    protected              BOOLEAN          NOT NULL,
    protected_reason       TEXT COLLATE "C",
    automated_clean        BOOLEAN,
    console_enabled        BOOLEAN          NOT NULL,
    boot_mode              TEXT COLLATE "C",
    secure_boot            BOOLEAN,
    health                 TEXT COLLATE "C",
    inspection_started_at  BIGINT,
    inspection_finished_at BIGINT,
    inventory              TEXT COLLATE "C",
    config_drive           TEXT COLLATE "C",
    doc                    TEXT             NOT NULL
);
CREATE INDEX nodes_at_work ON nodes (id) WHERE at_work;
CREATE INDEX nodes_provision_state ON nodes (provision_state);
CREATE INDEX nodes_parent_node ON nodes (parent_node);
CREATE INDEX nodes_shard ON nodes (shard);

CREATE TABLE ports (
    id                     BIGINT           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid                   TEXT COLLATE "C" NOT NULL CONSTRAINT "ports.uuid" UNIQUE,
    node                   TEXT COLLATE "C" NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    address                TEXT COLLATE "C" NOT NULL CONSTRAINT "ports.address" UNIQUE,
    name                   TEXT COLLATE "C" CONSTRAINT "ports.name" UNIQUE,
    description            TEXT COLLATE "C",
    pxe_enabled            BOOLEAN          NOT NULL,
    physical_network       TEXT COLLATE "C",
    portgroup              TEXT COLLATE "C",
    is_smartnic            BOOLEAN          NOT NULL,
    created_at             BIGINT           NOT NULL,
    updated_at             BIGINT,
    doc                    TEXT             NOT NULL
);
CREATE INDEX ports_node ON ports (node);

CREATE TABLE effects (
    node                   TEXT COLLATE "C" NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    number                 BIGINT           NOT NULL,
    attempt                BIGINT           NOT NULL,
    created_at             BIGINT           NOT NULL,
    doc                    TEXT             NOT NULL,
    PRIMARY KEY (node, number)
);

CREATE TABLE history (
    id                     BIGINT           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node                   TEXT COLLATE "C" NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    at                     BIGINT           NOT NULL,
    doc                    TEXT             NOT NULL
);
CREATE INDEX history_node ON history (node, id);

-- `key_id` names the key that the bytes are sealed with; without one they are plain.
CREATE TABLE blobs (
    kind                   TEXT COLLATE "C" NOT NULL,
    hash                   TEXT COLLATE "C" NOT NULL,
    key_id                 TEXT COLLATE "C",
    put_at                 BIGINT           NOT NULL,
    bytes                  BYTEA            NOT NULL,
    PRIMARY KEY (kind, hash)
);

CREATE TABLE blob_references (
    id                     BIGINT           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node                   TEXT COLLATE "C" NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    kind                   TEXT COLLATE "C" NOT NULL,
    hash                   TEXT COLLATE "C" NOT NULL,
    UNIQUE (node, kind, hash),
    FOREIGN KEY (kind, hash) REFERENCES blobs (kind, hash)
);
CREATE INDEX blob_references_blob ON blob_references (kind, hash);

CREATE TABLE leases (
    mac                    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    address                TEXT COLLATE "C" NOT NULL,
    expires                BIGINT           NOT NULL,
    doc                    TEXT             NOT NULL
);

CREATE TABLE meta (
    name                   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value                  TEXT             NOT NULL
);
