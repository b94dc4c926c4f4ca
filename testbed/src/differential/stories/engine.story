# What the engine says of itself and of all nodes at once: conductors, drivers, shards.

story conductors
GET /v1/conductors?detail=false
GET /v1/conductors?fields=hostname
GET /v1/conductors?fields=conductor_group,drivers,links,created_at,updated_at
GET /v1/conductors?fields=nonsense
GET /v1/conductors?fields=hostname&detail=true
GET /v1/conductors?nonsense=1
GET /v1/conductors?limit=0
GET /v1/conductors?limit=-1
GET /v1/conductors?limit=x
GET /v1/conductors?sort_key=created_at
GET /v1/conductors?sort_key=conductor_group
GET /v1/conductors?sort_key=links
GET /v1/conductors?sort_key=drivers
GET /v1/conductors?sort_dir=sideways
GET /v1/conductors?sort_dir=desc&sort_key=hostname
GET /v1/conductors?limit=1&detail=true
GET /v1/conductors/hammerscale?fields=alive,drivers
GET /v1/conductors/hammerscale?fields=nonsense
GET /v1/conductors/hammerscale?nonsense=1
GET /v1/conductors/hammerscale?detail=true
GET /v1/conductors/nobody?fields=nonsense
GET /v1/conductors/hammerscale/nonsense
GET /v1/conductors/detail
at 1.48 1.49: GET /v1/conductors?fields=hostname
at 1.48 1.49: GET /v1/conductors/nobody
DELETE /v1/conductors/hammerscale
PATCH /v1/conductors/hammerscale []
PUT /v1/conductors/hammerscale {}

story drivers
GET /v1/drivers?fields=name,hosts,links
GET /v1/drivers?fields=type,properties
GET /v1/drivers?fields=default_deploy_interface,enabled_boot_interfaces
GET /v1/drivers?fields=nonsense
GET /v1/drivers?type=dynamic&detail=true
GET /v1/drivers?type=dynamic&fields=name
GET /v1/drivers?limit=1
GET /v1/drivers?sort_key=name
GET /v1/drivers/fake-hardware?detail=true
GET /v1/drivers/fake-hardware?nonsense=1
GET /v1/drivers/fake-hardware?fields=default_deploy_interface
GET /v1/drivers/nonsense?fields=nonsense
GET /v1/drivers/fake-hardware/properties?nonsense=1
GET /v1/drivers/fake-hardware/raid/logical_disk_properties
GET /v1/drivers/nonsense/raid/logical_disk_properties
at 1.11 1.12: GET /v1/drivers/fake-hardware/raid/logical_disk_properties
at 1.76 1.77: GET /v1/drivers/fake-hardware?fields=name
at 1.29 1.30: GET /v1/drivers?type=classic
at 1.29 1.30: GET /v1/drivers?detail=false
GET /v1/drivers/fake-hardware/vendor_passthru/methods
GET /v1/drivers/nonsense/vendor_passthru/methods
POST /v1/drivers/fake-hardware/vendor_passthru {}
POST /v1/drivers/fake-hardware/vendor_passthru/nonsense {}
GET /v1/drivers/fake-hardware/vendor_passthru/nonsense
DELETE /v1/drivers/fake-hardware
PATCH /v1/drivers/fake-hardware []

story shards
node one
node two
node three
PATCH /v1/nodes/one [{"op":"add","path":"/shard","value":"b"}]
PATCH /v1/nodes/two [{"op":"add","path":"/shard","value":"b"}]
GET /v1/shards
PATCH /v1/nodes/three [{"op":"add","path":"/shard","value":"a"}]
GET /v1/shards
GET /v1/shards?nonsense=1
GET /v1/shards?limit=1
GET /v1/shards/b
at 1.81: GET /v1/shards/b
POST /v1/shards {}
GET /v1/nodes?shard=b
GET /v1/nodes?shard=a,b
GET /v1/nodes?shard=nobody
GET /v1/nodes?sharded=true
GET /v1/nodes?sharded=false
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
POST /v1/ports {"node_uuid":"$three","address":"52:54:00:aa:bb:02"}
GET /v1/ports?shard=b
GET /v1/ports?shard=a,b
GET /v1/ports?shard=b&limit=1
GET /v1/ports?shard=b&node=one
PATCH /v1/nodes/one [{"op":"remove","path":"/shard"}]
PATCH /v1/nodes/two [{"op":"replace","path":"/shard","value":null}]
GET /v1/shards
