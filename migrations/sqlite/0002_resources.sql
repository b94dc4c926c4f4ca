-- What is kept besides nodes and ports (port groups, chassis, templates, ...), every kind in one shape: `doc` holds the whole
-- resource as JSON, `resource_names` what must be unique within its kind.

CREATE TABLE resources (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT    NOT NULL,
    uuid     TEXT    NOT NULL,
    node     TEXT    REFERENCES nodes (uuid) ON DELETE CASCADE,
    revision BIGINT  NOT NULL,
    doc      TEXT    NOT NULL,
    UNIQUE (kind, uuid)
);
CREATE INDEX resources_node ON resources (node);

CREATE TABLE resource_names (
    kind     TEXT   NOT NULL,
    what     TEXT   NOT NULL,
    value    TEXT   NOT NULL,
    resource BIGINT NOT NULL REFERENCES resources (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, what, value)
);
CREATE INDEX resource_names_resource ON resource_names (resource);
