-- What is kept besides nodes and ports (port groups, chassis, templates, ...), every kind in one shape: `doc` holds the whole
-- resource as JSON, `resource_names` what must be unique within its kind.

CREATE TABLE resources (
    id       BIGINT           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     TEXT COLLATE "C" NOT NULL,
    uuid     TEXT COLLATE "C" NOT NULL,
    node     TEXT COLLATE "C" REFERENCES nodes (uuid) ON DELETE CASCADE,
    revision BIGINT           NOT NULL,
    doc      TEXT             NOT NULL,
    CONSTRAINT "resources.kind" UNIQUE (kind, uuid)
);
CREATE INDEX resources_node ON resources (node);

CREATE TABLE resource_names (
    kind     TEXT COLLATE "C" NOT NULL,
    what     TEXT COLLATE "C" NOT NULL,
    value    TEXT COLLATE "C" NOT NULL,
    resource BIGINT           NOT NULL REFERENCES resources (id) ON DELETE CASCADE,
    CONSTRAINT "resource_names.kind" PRIMARY KEY (kind, what, value)
);
CREATE INDEX resource_names_resource ON resource_names (resource);
