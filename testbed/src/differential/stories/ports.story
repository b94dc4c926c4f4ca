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
