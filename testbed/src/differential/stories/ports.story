# Ports.

story create, show, list, patch, delete
node one
node two
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:AA:bb:01"}
keep port /uuid
GET /v1/ports/$port
at 1.1 1.5 1.17 1.18 1.19 1.23 1.24 1.33 1.34 1.52 1.53 1.63 1.64 1.87 1.88 1.89 1.90 1.96 1.97 1.99 1.100 1.101 1.104 1.105 1.114: GET /v1/ports/$port
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","name":"p2","description":"d","extra":{"a":1},"pxe_enabled":false,"local_link_connection":{"switch_id":"0a:1b:2c:3d:4e:5f","port_id":"Eth1","switch_info":"sw"},"physical_network":"phys","is_smartnic":false,"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b1001","category":"c","vendor":"v"}
GET /v1/ports/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b1001
GET /v1/ports/p2
GET /v1/ports/52:54:00:aa:bb:02
POST /v1/ports {"node_ident":"two","address":"52:54:00:aa:bb:03"}
POST /v1/ports {"node_uuid":"two","address":"52:54:00:aa:bb:04"}
GET /v1/ports
GET /v1/ports/detail
GET /v1/ports?detail=true
GET /v1/ports?node=one
GET /v1/ports?node=$one
GET /v1/ports?node_uuid=$one
GET /v1/ports?node=nobody
GET /v1/ports?node_uuid=nobody
GET /v1/ports?address=52:54:00:aa:bb:01
GET /v1/ports?address=52:54:00:AA:BB:01
GET /v1/ports?address=zz
GET /v1/ports?address=52:54:00:aa:bb:99
GET /v1/ports?limit=1
GET /v1/ports?limit=1&marker=$port
GET /v1/ports?marker=nobody
GET /v1/ports?sort_key=address&sort_dir=desc
GET /v1/ports?sort_key=nonsense
GET /v1/ports?sort_key=extra
GET /v1/ports?sort_key=node_uuid
GET /v1/ports?fields=uuid,address
GET /v1/ports?fields=nonsense
GET /v1/ports?fields=uuid&detail=true
GET /v1/ports?shard=s
GET /v1/ports?shard=
GET /v1/ports?conductor_groups=x
GET /v1/ports?portgroup=nobody
GET /v1/ports?nonsense=1
GET /v1/ports/$port?fields=node_uuid,address
GET /v1/ports/$port?fields=nonsense
GET /v1/nodes/$one/ports
GET /v1/nodes/one/ports
GET /v1/nodes/one/ports?limit=1
GET /v1/nodes/one/ports?fields=uuid
GET /v1/nodes/one/ports?detail=true
GET /v1/nodes/one/ports/detail
GET /v1/nodes/one/ports/$port
GET /v1/nodes/nobody/ports
at 1.1 1.18 1.19 1.23 1.24 1.33 1.34 1.43 1.53 1.87 1.88 1.97 1.100 1.101: GET /v1/ports/detail
at 1.7: GET /v1/ports?fields=uuid
at 1.42: GET /v1/ports?detail=true
at 1.81: GET /v1/ports?shard=s
at 1.98: GET /v1/ports?conductor_groups=x
at 1.87: GET /v1/ports/p2
DELETE /v1/ports/$port
DELETE /v1/ports/$port
GET /v1/ports/$port
DELETE /v1/ports/52:54:00:aa:bb:03
DELETE /v1/ports/p2
GET /v1/ports

story creations that are refused
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b1001","name":"p"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:AA:BB:01"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b1001"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","name":"p"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","name":"not a name"}
POST /v1/ports {"node_uuid":"$one"}
POST /v1/ports {"address":"52:54:00:aa:bb:02"}
POST /v1/ports {"node_uuid":"$one","address":"zz"}
POST /v1/ports {"node_uuid":"$one","address":7}
POST /v1/ports {"node_uuid":"$one","address":"52-54-00-aa-bb-02"}
POST /v1/ports {"node_uuid":"$one","address":"525400aabb02"}
POST /v1/ports {"node_uuid":"$one","address":"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33"}
POST /v1/ports {"node_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","address":"52:54:00:aa:bb:02"}
POST /v1/ports {"node_uuid":"nobody","address":"52:54:00:aa:bb:02"}
POST /v1/ports {"node_uuid":7,"address":"52:54:00:aa:bb:02"}
POST /v1/ports {"node_uuid":"$one","node_ident":"one","address":"52:54:00:aa:bb:02"}
POST /v1/ports {"node_ident":"nobody","address":"52:54:00:aa:bb:02"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","nonsense":1}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","extra":7}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","pxe_enabled":"maybe"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","local_link_connection":7}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","local_link_connection":{"switch_id":"x","port_id":"y"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","local_link_connection":{"port_id":"y"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","local_link_connection":{"switch_id":"0a:1b:2c:3d:4e:5f","port_id":"y","nonsense":1}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","physical_network":7}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","physical_network":""}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","portgroup_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","is_smartnic":true}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","uuid":"x"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","internal_info":{}}
POST /v1/ports {}
POST /v1/ports []
POST /v1/ports
at 1.18: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","pxe_enabled":true}
at 1.33: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","physical_network":"x"}
at 1.52: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","is_smartnic":false}
at 1.87: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","name":"x"}
at 1.93: POST /v1/ports {"node_ident":"one","address":"52:54:00:aa:bb:02"}
at 1.96: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","description":"x"}
at 1.99: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","vendor":"x"}
at 1.100: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","category":"x"}

story patches
node one
node two
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","name":"p"}
keep port /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02"}
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"52:54:00:AA:BB:03"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"52:54:00:aa:bb:02"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"zz"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/address"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/extra","value":{"a":1}}]
PATCH /v1/ports/$port [{"op":"add","path":"/extra/b","value":2}]
PATCH /v1/ports/$port [{"op":"remove","path":"/extra/zz"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/extra"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/node_uuid","value":"nobody"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/node_uuid"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/pxe_enabled","value":false}]
PATCH /v1/ports/$port [{"op":"replace","path":"/pxe_enabled","value":"maybe"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/local_link_connection","value":{"switch_id":"0a:1b:2c:3d:4e:5f","port_id":"y"}}]
PATCH /v1/ports/$port [{"op":"add","path":"/local_link_connection/switch_info","value":"y"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/local_link_connection/port_id"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/local_link_connection"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/physical_network","value":"x"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/physical_network"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/is_smartnic","value":true}]
PATCH /v1/ports/$port [{"op":"replace","path":"/name","value":"q"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/name"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/description","value":"q"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/internal_info","value":{}}]
PATCH /v1/ports/$port [{"op":"replace","path":"/uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/nonsense","value":1}]
PATCH /v1/ports/$port [{"op":"replace","path":"/created_at","value":1}]
PATCH /v1/ports/$port [{"op":"replace","path":"/portgroup_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/ports/$port []
PATCH /v1/ports/$port {}
PATCH /v1/ports/52:54:00:aa:bb:02 [{"op":"replace","path":"/extra","value":{"a":1}}]
PATCH /v1/ports/nobody [{"op":"replace","path":"/extra","value":{"a":1}}]
GET /v1/ports/$port

story ports of an active node
node one active
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
keep port /uuid
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"52:54:00:aa:bb:03"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/pxe_enabled","value":false}]
PATCH /v1/ports/$port [{"op":"replace","path":"/physical_network","value":"x"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/local_link_connection","value":{"switch_id":"0a:1b:2c:3d:4e:5f","port_id":"y"}}]
PATCH /v1/ports/$port [{"op":"replace","path":"/extra","value":{"a":1}}]
DELETE /v1/ports/$port
PUT /v1/nodes/one/maintenance {}
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"52:54:00:aa:bb:03"}]
DELETE /v1/ports/$port

story ports that move, and flags that are taken away
node one
node two
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
keep port /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02"}
keep other /uuid
PATCH /v1/ports/$port [{"op":"replace","path":"/node_uuid","value":"$two"}]
PATCH /v1/ports/$other [{"op":"remove","path":"/pxe_enabled"}]
PATCH /v1/ports/$other [{"op":"remove","path":"/is_smartnic"}]

story names and lookups
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","name":"p"}
keep port /uuid
at 1.87 1.88: GET /v1/ports/p
at 1.87: PATCH /v1/ports/p [{"op":"replace","path":"/extra","value":{}}]
at 1.87: DELETE /v1/ports/p
GET /v1/ports/not%20a%20name
GET /v1/ports/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","name":"a b"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:03","name":"a b"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","name":"detail"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:06","name":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:07","name":7}
GET /v1/ports/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
PATCH /v1/ports/p [{"op":"replace","path":"/name","value":"a b"}]
PATCH /v1/ports/p [{"op":"replace","path":"/name","value":"c d"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/name","value":7}]
GET /v1/ports/detail

story empty names
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","name":""}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","name":""}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:03","name":"p"}
PATCH /v1/ports/p [{"op":"replace","path":"/name","value":""}]

story more fields, filters and orders
node one
PATCH /v1/nodes/one [{"op":"add","path":"/shard","value":"s"}]
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","description":"first port","vendor":"v"}
keep port /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","description":"second"}
GET /v1/ports?description_contains=first
GET /v1/ports?description_contains=FIRST
GET /v1/ports?description_contains=%25
GET /v1/ports?description_contains=nobody
GET /v1/ports?description_contains=first&node=one
GET /v1/ports?description_contains=first&shard=s
at 1.96: GET /v1/ports?description_contains=first
GET /v1/ports/detail?description_contains=first
GET /v1/ports/detail?node=one
GET /v1/ports/detail?node_uuid=$one
GET /v1/ports/detail?node_uuid=one
GET /v1/ports/detail?address=52:54:00:aa:bb:01
GET /v1/ports/detail?shard=s
GET /v1/ports/detail?limit=1
GET /v1/ports/detail?fields=uuid
GET /v1/ports/detail?detail=true
GET /v1/ports/detail?nonsense=1
GET /v1/ports/detail?sort_key=address&sort_dir=desc
GET /v1/ports?node=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/ports?node_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/ports?node=not%20a%20name
GET /v1/ports?node=one&node_uuid=$one
GET /v1/ports?node=one&shard=s
GET /v1/ports?node=one&portgroup=x
GET /v1/ports?conductor_groups=x&node=one
GET /v1/ports?conductor_groups=x&address=52:54:00:aa:bb:01
GET /v1/ports?conductor_groups=x&shard=s
GET /v1/ports?address=52-54-00-aa-bb-01
GET /v1/ports?limit=0
GET /v1/ports?limit=-1
GET /v1/ports?limit=x
GET /v1/ports?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/ports?sort_dir=sideways
GET /v1/ports?sort_key=name
GET /v1/ports?sort_key=description
GET /v1/ports?sort_key=pxe_enabled
GET /v1/ports?sort_key=internal_info
GET /v1/ports?sort_key=local_link_connection
GET /v1/ports?sort_key=portgroup_uuid
GET /v1/ports?sort_key=links
GET /v1/ports?sort_key=vendor
GET /v1/ports?sort_key=category&sort_dir=desc
GET /v1/ports?sort_key=available_for_dynamic_portgroup
GET /v1/ports?sort_key=is_smartnic
GET /v1/ports?sort_key=updated_at&limit=1
GET /v1/ports?detail=false
GET /v1/ports?detail=maybe
GET /v1/ports?fields=uuid&detail=false
GET /v1/ports?fields=links,uuid
at 1.4 1.5: GET /v1/ports?node=one
at 1.4: GET /v1/ports?node=$one
at 1.4: GET /v1/ports?node_uuid=$one
at 1.18 1.19: GET /v1/ports?fields=pxe_enabled
at 1.18 1.19: GET /v1/ports/$port?fields=local_link_connection
at 1.23 1.24: GET /v1/ports/$port?fields=portgroup_uuid
at 1.33 1.34: GET /v1/ports/$port?fields=physical_network
at 1.52 1.53: GET /v1/ports/$port?fields=is_smartnic
at 1.87 1.88: GET /v1/ports/$port?fields=name
at 1.96 1.97: GET /v1/ports/$port?fields=description
at 1.99 1.100: GET /v1/ports/$port?fields=vendor
at 1.100 1.101: GET /v1/ports/$port?fields=category
at 1.110 1.111: GET /v1/ports/$port?fields=available_for_dynamic_portgroup
at 1.33 1.34: GET /v1/ports?sort_key=physical_network
at 1.96 1.97: GET /v1/ports?sort_key=description
at 1.7: GET /v1/ports/$port?fields=uuid
GET /v1/ports/$port?detail=true
GET /v1/ports/$port?fields=links
GET /v1/ports/1be26c0b-03f2-4d2e-ae87-c02d7f33c781?fields=nonsense

story wiring
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","local_link_connection":{"switch_id":"0A:1B:2C:3D:4E:5F","port_id":"Eth1"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","local_link_connection":{"switch_id":"0a-1b-2c-3d-4e-5f","port_id":"Eth1"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:03","local_link_connection":{"switch_id":"00000A1B2C3D4E5F","port_id":"Eth1"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:04","local_link_connection":{"hostname":"h","port_id":"rep0-0"},"is_smartnic":true}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","local_link_connection":{"switch_id":"0a:1b:2c:3d:4e:5f","port_id":"Eth1"},"is_smartnic":true}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:06","local_link_connection":{"network_type":"unmanaged"}}
keep unmanaged /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:07","local_link_connection":{"network_type":"managed"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:08","local_link_connection":{"network_type":"managed","switch_id":"0a:1b:2c:3d:4e:5f","port_id":"Eth1"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:09","local_link_connection":{"network_type":"unmanaged","switch_info":"x"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:0a","local_link_connection":{"network_type":"other"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:0b","local_link_connection":{}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:0c","local_link_connection":null}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:0d","local_link_connection":{"vtep-logical-switch":"l","vtep-physical-switch":"p","port_id":"Eth1"}}
keep vtep /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:0e","local_link_connection":{"vtep-logical-switch":"l","port_id":"Eth1"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:0f","local_link_connection":{"switch_id":7,"port_id":"Eth1"}}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:10","local_link_connection":{"switch_id":"0a:1b:2c:3d:4e:5f","port_id":"Eth1","switch_info":"i","hostname":"h"}}
at 1.63: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:11","local_link_connection":{"network_type":"unmanaged"}}
at 1.89: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:12","local_link_connection":{"vtep-logical-switch":"l","vtep-physical-switch":"p","port_id":"Eth1"}}
at 1.89 1.90: GET /v1/ports/$vtep
at 1.63 1.64: GET /v1/ports/$unmanaged
at 1.18: PATCH /v1/ports/$unmanaged [{"op":"remove","path":"/local_link_connection"}]
at 1.63: PATCH /v1/ports/$unmanaged [{"op":"add","path":"/local_link_connection/network_type","value":"unmanaged"}]
PATCH /v1/ports/$unmanaged [{"op":"replace","path":"/local_link_connection","value":{"nonsense":1}}]
PATCH /v1/ports/$unmanaged [{"op":"replace","path":"/local_link_connection","value":7}]
GET /v1/ports/detail

story odd values that are accepted
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","uuid":null,"name":null,"description":null,"extra":null,"local_link_connection":null,"physical_network":null,"portgroup_uuid":null,"vendor":null,"category":null}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","pxe_enabled":"no","is_smartnic":"false","available_for_dynamic_portgroup":false}
POST /v1/ports {"node_ident":"$one","address":"52:54:00:aa:bb:03"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:04","description":""}
POST /v1/ports {"node_ident":"not a name","address":"52:54:00:aa:bb:05"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","description":"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","vendor":"0123456789012345678901234567890123456789"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","category":7}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","available_for_dynamic_portgroup":"maybe"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","available_for_dynamic_portgroup":"true"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:05","portgroup_uuid":"x"}
at 1.110: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:06","available_for_dynamic_portgroup":false}
GET /v1/ports/detail

story more patches
node one
node two
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","name":"p"}
PATCH /v1/ports/p [{"op":"replace","path":"/address","value":"52-54-00-aa-bb-02"}]
PATCH /v1/ports/p [{"op":"replace","path":"/address","value":7}]
PATCH /v1/ports/p [{"op":"replace","path":"/vendor","value":"v"}]
PATCH /v1/ports/p [{"op":"remove","path":"/vendor"}]
PATCH /v1/ports/p [{"op":"replace","path":"/category","value":"c"}]
PATCH /v1/ports/p [{"op":"remove","path":"/category"}]
PATCH /v1/ports/p [{"op":"remove","path":"/description"}]
PATCH /v1/ports/p [{"op":"replace","path":"/description","value":7}]
PATCH /v1/ports/p [{"op":"replace","path":"/available_for_dynamic_portgroup","value":false}]
PATCH /v1/ports/p [{"op":"replace","path":"/available_for_dynamic_portgroup","value":"maybe"}]
PATCH /v1/ports/p [{"op":"replace","path":"/available_for_dynamic_portgroup","value":"true"}]
PATCH /v1/ports/p [{"op":"replace","path":"/physical_network","value":""}]
PATCH /v1/ports/p [{"op":"replace","path":"/physical_network","value":7}]
PATCH /v1/ports/p [{"op":"replace","path":"/is_smartnic","value":"maybe"}]
PATCH /v1/ports/p [{"op":"replace","path":"/node_uuid","value":"$two"}]
PATCH /v1/ports/p [{"op":"replace","path":"/node_uuid","value":"one"}]
PATCH /v1/ports/p [{"op":"replace","path":"/node_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/ports/p [{"op":"replace","path":"/node_uuid","value":7}]
PATCH /v1/ports/p [{"op":"add","path":"/node_ident","value":"one"}]
PATCH /v1/ports/p [{"op":"replace","path":"/portgroup_uuid","value":"x"}]
PATCH /v1/ports/p [{"op":"remove","path":"/portgroup_uuid"}]
PATCH /v1/ports/p [{"op":"replace","path":"/extra","value":7}]
PATCH /v1/ports/p [{"op":"add","path":"/extra/b/c","value":7}]
PATCH /v1/ports/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/extra","value":{}}]
PATCH /v1/ports/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/nonsense","value":{}}]
at 1.18: PATCH /v1/ports/p [{"op":"replace","path":"/pxe_enabled","value":false}]
at 1.23: PATCH /v1/ports/p [{"op":"replace","path":"/portgroup_uuid","value":null}]
at 1.33: PATCH /v1/ports/p [{"op":"replace","path":"/physical_network","value":"x"}]
at 1.33: PATCH /v1/ports/p [{"op":"remove","path":"/physical_network"}]
at 1.52: PATCH /v1/ports/p [{"op":"replace","path":"/is_smartnic","value":true}]
GET /v1/ports/p
GET /v1/nodes/two/ports

story patches of newer members in older versions
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
keep port /uuid
at 1.96: PATCH /v1/ports/$port [{"op":"replace","path":"/description","value":"d"}]
at 1.99: PATCH /v1/ports/$port [{"op":"replace","path":"/vendor","value":"v"}]
at 1.100: PATCH /v1/ports/$port [{"op":"replace","path":"/category","value":"c"}]
at 1.87: PATCH /v1/ports/$port [{"op":"replace","path":"/name","value":"n"}]
at 1.110: PATCH /v1/ports/$port [{"op":"replace","path":"/available_for_dynamic_portgroup","value":false}]

story ports of nodes in other states
node one available
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
keep port /uuid
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"52:54:00:aa:bb:03"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/pxe_enabled","value":false}]
PATCH /v1/ports/$port [{"op":"replace","path":"/physical_network","value":"x"}]
PATCH /v1/ports/$port [{"op":"remove","path":"/local_link_connection"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/extra","value":{"a":1}}]
PATCH /v1/nodes/one [{"op":"add","path":"/instance_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"52:54:00:aa:bb:04"}]
PUT /v1/nodes/one/maintenance {}
PATCH /v1/ports/$port [{"op":"replace","path":"/address","value":"52:54:00:aa:bb:05"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/pxe_enabled","value":false}]
DELETE /v1/ports/$port

story empty names, and orders beside an address
node one
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
keep port /uuid
PATCH /v1/ports/$port [{"op":"replace","path":"/name","value":""}]
GET /v1/ports?address=52:54:00:aa:bb:01&sort_key=nonsense
at 1.17 1.18: GET /v1/ports?fields=uuid,internal_info
at 1.17 1.18: GET /v1/ports?sort_key=internal_info
at 1.18 1.19: GET /v1/ports?sort_key=local_link_connection
GET /v1/ports?description_contains=
GET /v1/ports?portgroup=
GET /v1/ports?portgroup=%5B7%5D
GET /v1/nodes?shard=
GET /v1/nodes?conductor=
at 1.23 1.24: GET /v1/nodes?fields=uuid,portgroups
at 1.31 1.32: GET /v1/nodes?sort_key=volume
