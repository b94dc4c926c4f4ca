# The documents at the top, drivers, conductors, versions, paths and methods that do not exist, bodies that cannot be read.

story root documents
GET /
GET /v1
GET /v1/
at all: GET /v1
version none
GET /
GET /v1
GET /v1/nodes
HEAD /
HEAD /v1
POST /v1 {}
POST / {}
DELETE /v1
PUT /v1 {}
PATCH /v1 []
GET /v2
GET /v1/nonsense
GET /nonsense
GET /v1/v1
GET /v1/v1/nodes
GET //v1/nodes
GET /v1//nodes
GET /v1/nodes//
OPTIONS /v1/nodes

story versions
version 1.116
GET /v1/nodes
GET /
version 1.0
GET /v1/nodes
version 2.1
GET /v1/nodes
version 0.9
GET /v1/nodes
version abc
GET /v1/nodes
version 1
GET /v1/nodes
version 1.1.1
GET /v1/nodes
version -1.5
GET /v1/nodes
version 1.99999
GET /v1/nodes
version latest
GET /v1/nodes
version 1.01
GET /v1/nodes
version Latest
GET /v1/nodes
version none
with OpenStack-API-Version: baremetal 1.50
GET /v1/nodes
with OpenStack-API-Version: compute 2.1, baremetal 1.51
GET /v1/nodes
with OpenStack-API-Version: baremetal 1.50, baremetal 1.52
GET /v1/nodes
with OpenStack-API-Version: compute 2.1
GET /v1/nodes
with OpenStack-API-Version: baremetal latest
GET /v1/nodes
with OpenStack-API-Version: baremetal 1.999
GET /v1/nodes
with OpenStack-API-Version: baremetal
GET /v1/nodes
with OpenStack-API-Version: 1.50
GET /v1/nodes
version 1.40
with OpenStack-API-Version: baremetal 1.50
GET /v1/nodes

story content types
version latest
with Accept: text/html
GET /v1/nodes
with Accept: application/xml
GET /v1/nodes
with Accept: application/json
GET /v1/nodes
with Accept: */*
GET /v1/nodes
with Accept: application/json, text/plain, */*
GET /v1/nodes
with Content-Type: text/plain
POST /v1/nodes {"driver":"fake-hardware"}
with Content-Type: application/xml
POST /v1/nodes <node/>
with Content-Type: application/json; charset=utf-8
POST /v1/nodes {"driver":"fake-hardware"}
with Content-Type: application/x-www-form-urlencoded
POST /v1/nodes driver=fake-hardware

story bodies that cannot be read
POST /v1/nodes {"driver":
POST /v1/nodes null
POST /v1/nodes NaN
POST /v1/nodes {"driver":"fake-hardware","extra":{"a":NaN}}
POST /v1/nodes {"driver":"fake-hardware","extra":{"a":Infinity}}
POST /v1/nodes {"driver":"fake-hardware","extra":{"a":"\ud800"}}
POST /v1/nodes {"driver":"fake-hardware","driver":"redfish"}
POST /v1/nodes {'driver':'fake-hardware'}
POST /v1/nodes {"driver":"fake-hardware","extra":{"a":123456789012345678901234567890}}
POST /v1/nodes {"driver":"fake-hardware","extra":{"a":1e400}}
POST /v1/nodes {"driver":"fake-hardware","extra":{"a":1.0,"b":1e3,"c":-0.0,"d":0.1}}
POST /v1/nodes {"driver":"fake-hardware"} trailing

story methods
node one
PUT /v1/nodes {}
PUT /v1/nodes/one {}
POST /v1/nodes/one {}
POST /v1/nodes/one/states {}
DELETE /v1/nodes/one/states
DELETE /v1/drivers
POST /v1/drivers {}
POST /v1/drivers/fake-hardware {}
PUT /v1/ports {}
DELETE /v1/ports
PATCH /v1/ports []
DELETE /v1/conductors
TRACE /v1/nodes
GET /v1/nodes/one/nonsense
GET /v1/nodes/one/nonsense/more
GET /v1/nodes/one/states/nonsense
GET /v1/nodes/one/states/power
GET /v1/nodes/one/states/raid
GET /v1/nodes/one/validate/more
GET /v1/drivers/fake-hardware/nonsense
GET /v1/ports/x/nonsense

story drivers
GET /v1/drivers
GET /v1/drivers?detail=true
GET /v1/drivers?detail=false
GET /v1/drivers?detail=maybe
GET /v1/drivers?type=dynamic
GET /v1/drivers?type=classic
GET /v1/drivers?type=nonsense
GET /v1/drivers?fields=name
GET /v1/drivers?fields=nonsense
GET /v1/drivers?fields=name&detail=true
GET /v1/drivers?nonsense=1
GET /v1/drivers/fake-hardware
GET /v1/drivers/fake-hardware?fields=name,hosts
GET /v1/drivers/fake-hardware?fields=nonsense
GET /v1/drivers/nonsense
GET /v1/drivers/fake-hardware/properties
GET /v1/drivers/nonsense/properties
GET /v1/drivers/properties
GET /v1/drivers/properties?driver_name=fake-hardware
at 1.1 1.13 1.14 1.29 1.30 1.31 1.32 1.33 1.37 1.38 1.39 1.40 1.76 1.77 1.85 1.86: GET /v1/drivers/fake-hardware
at 1.1 1.29 1.30: GET /v1/drivers
at 1.29: GET /v1/drivers?type=dynamic
at 1.29: GET /v1/drivers?detail=true
at 1.76: GET /v1/drivers?fields=name
at 1.13: GET /v1/drivers/fake-hardware/properties

story conductors
GET /v1/conductors
GET /v1/conductors?detail=true
GET /v1/conductors?detail=maybe
GET /v1/conductors/detail
GET /v1/conductors?fields=hostname,alive
GET /v1/conductors?fields=nonsense
GET /v1/conductors?limit=1
GET /v1/conductors?sort_key=hostname
GET /v1/conductors?sort_key=nonsense
GET /v1/conductors?sort_key=alive
GET /v1/conductors?marker=hammerscale
GET /v1/conductors?marker=nobody
GET /v1/conductors/hammerscale
GET /v1/conductors/hammerscale?fields=hostname
GET /v1/conductors/nobody
at 1.48: GET /v1/conductors
at 1.48: GET /v1/conductors/hammerscale
POST /v1/conductors {}

story agents and lookups
GET /v1/lookup
GET /v1/lookup?addresses=52:54:00:aa:bb:01
GET /v1/lookup?addresses=zz
GET /v1/lookup?node_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/lookup?node_uuid=x
at 1.21: GET /v1/lookup?addresses=52:54:00:aa:bb:01
POST /v1/heartbeat/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 {"callback_url":"http://192.0.2.1:9999"}
POST /v1/heartbeat/nobody {"callback_url":"http://192.0.2.1:9999"}
POST /v1/heartbeat {"callback_url":"http://192.0.2.1:9999"}
node one
POST /v1/heartbeat/$one {"callback_url":"http://192.0.2.1:9999"}
POST /v1/heartbeat/$one {}
POST /v1/heartbeat/$one {"callback_url":"http://192.0.2.1:9999","nonsense":1}
GET /v1/heartbeat/$one
POST /v1/continue_inspection {}
POST /v1/continue_inspection {"inventory":{"interfaces":[]}}
POST /v1/continue_inspection?node_uuid=$one {"inventory":{"interfaces":[]}}
GET /v1/continue_inspection
GET /v1/shards
at 1.81: GET /v1/shards
PATCH /v1/nodes/one [{"op":"add","path":"/shard","value":"s"}]
GET /v1/shards
