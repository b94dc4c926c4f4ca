# Port groups and the ports in them.

story create, show, list, delete
node one
node two
POST /v1/portgroups {"node_uuid":"$one"}
keep bare /uuid
POST /v1/portgroups {"node_uuid":"$one","name":"pg","address":"52:54:00:AA:CC:01","extra":{"a":1},"mode":"802.3ad","properties":{"miimon":"100"},"standalone_ports_supported":false,"physical_network":"phys","category":"c","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b2001"}
POST /v1/portgroups {"node_uuid":"$two","name":"other"}
keep other /uuid
GET /v1/portgroups/$bare
GET /v1/portgroups/pg
GET /v1/portgroups/PG
GET /v1/portgroups/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b2001
GET /v1/portgroups/nobody
GET /v1/portgroups/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/portgroups/not%20a%20name
GET /v1/portgroups/52:54:00:aa:cc:01
GET /v1/portgroups/pg/nonsense
PATCH /v1/portgroups/not%20a%20name [{"op":"remove","path":"/name"}]
DELETE /v1/portgroups/not%20a%20name
at 1.22 1.23 1.25 1.26 1.101 1.102 1.103 1.110 1.111: GET /v1/portgroups/pg
at 1.22 1.23 1.25 1.26 1.101 1.102 1.103 1.110 1.111: GET /v1/portgroups/detail
at 1.22 1.23: GET /v1/portgroups
GET /v1/portgroups
GET /v1/portgroups/detail
GET /v1/portgroups?detail=true
GET /v1/portgroups?detail=false
GET /v1/portgroups?detail=maybe
at 1.42: GET /v1/portgroups?detail=true
at 1.43: GET /v1/portgroups?detail=true
GET /v1/portgroups/detail?detail=true
GET /v1/portgroups/detail?fields=uuid
DELETE /v1/portgroups/nobody
DELETE /v1/portgroups/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
at 1.22: DELETE /v1/portgroups/pg
DELETE /v1/portgroups/pg
DELETE /v1/portgroups/pg
DELETE /v1/portgroups/$bare
GET /v1/portgroups

story fields
node one
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
GET /v1/portgroups/pg?fields=uuid,name
GET /v1/portgroups/pg?fields=address,mode,properties
GET /v1/portgroups/pg?fields=extra,internal_info,links,ports
GET /v1/portgroups/pg?fields=node_uuid,standalone_ports_supported,physical_network,category,dynamic_portgroup,created_at,updated_at
GET /v1/portgroups/pg?fields=nonsense
GET /v1/portgroups/pg?fields=uuid,nonsense
GET /v1/portgroups/pg?nonsense=1
GET /v1/portgroups?fields=uuid,mode
GET /v1/portgroups?fields=nonsense
GET /v1/portgroups?fields=uuid&detail=true
GET /v1/portgroups?fields=uuid&detail=false
at 1.25 1.26: GET /v1/portgroups/pg?fields=mode
at 1.25 1.26: GET /v1/portgroups?fields=properties
at 1.110 1.111: GET /v1/portgroups/pg?fields=dynamic_portgroup
at 1.110 1.111: GET /v1/portgroups?fields=dynamic_portgroup

story filters, pages and orders
node one
node two
PATCH /v1/nodes/two [{"op":"add","path":"/shard","value":"s"},{"op":"add","path":"/conductor_group","value":""}]
POST /v1/portgroups {"node_uuid":"$one","name":"b","address":"52:54:00:aa:cc:01"}
keep first /uuid
POST /v1/portgroups {"node_uuid":"$one","name":"a","address":"52:54:00:aa:cc:02"}
POST /v1/portgroups {"node_uuid":"$two","name":"c"}
keep third /uuid
GET /v1/portgroups?node=one
GET /v1/portgroups?node=$two
GET /v1/portgroups?node=nobody
GET /v1/portgroups?node=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/portgroups?node=not%20a%20name
GET /v1/portgroups?node_uuid=$one
GET /v1/portgroups?address=52:54:00:aa:cc:01
GET /v1/portgroups?address=52:54:00:AA:CC:01
GET /v1/portgroups?address=52:54:00:aa:cc:99
GET /v1/portgroups?address=zz
GET /v1/portgroups?address=52-54-00-aa-cc-01
GET /v1/portgroups?shard=s
GET /v1/portgroups?shard=s,t
GET /v1/portgroups?shard=none
at 1.105 1.106: GET /v1/portgroups?shard=s
GET /v1/portgroups?conductor_groups=x
at 1.98: GET /v1/portgroups?conductor_groups=x
GET /v1/portgroups?node=one&address=52:54:00:aa:cc:01
GET /v1/portgroups?shard=s&node=one
GET /v1/portgroups?conductor_groups=x&node=one
GET /v1/portgroups?conductor_groups=x&shard=s
GET /v1/portgroups?nonsense=1
GET /v1/portgroups?name=a
GET /v1/portgroups?limit=1
GET /v1/portgroups?limit=1&marker=$first
GET /v1/portgroups?limit=2&sort_key=name
GET /v1/portgroups?limit=0
GET /v1/portgroups?limit=-1
GET /v1/portgroups?limit=x
GET /v1/portgroups?marker=$third
GET /v1/portgroups?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/portgroups?marker=x
GET /v1/portgroups?sort_key=name
GET /v1/portgroups?sort_key=name&sort_dir=desc
GET /v1/portgroups?sort_key=address
GET /v1/portgroups?sort_key=uuid&sort_dir=sideways
GET /v1/portgroups?sort_key=extra
GET /v1/portgroups?sort_key=properties
GET /v1/portgroups?sort_key=internal_info
GET /v1/portgroups?sort_key=links
GET /v1/portgroups?sort_key=node_uuid
GET /v1/portgroups?sort_key=nonsense
GET /v1/portgroups?sort_key=mode
at 1.25: GET /v1/portgroups?sort_key=mode
GET /v1/portgroups/detail?node=one
GET /v1/portgroups/detail?limit=1&sort_key=name
GET /v1/nodes/$one/portgroups
GET /v1/nodes/one/portgroups
GET /v1/nodes/$one/portgroups?fields=name
GET /v1/nodes/$one/portgroups?detail=true
GET /v1/nodes/$one/portgroups?limit=1
GET /v1/nodes/$one/portgroups?address=52:54:00:aa:cc:01
GET /v1/nodes/$one/portgroups?nonsense=1
GET /v1/nodes/$one/portgroups/detail
GET /v1/nodes/one/portgroups/a
GET /v1/nodes/nobody/portgroups
GET /v1/nodes/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/portgroups
POST /v1/nodes/one/portgroups {"node_uuid":"$one"}
DELETE /v1/nodes/one/portgroups/a
at 1.23 1.24: GET /v1/nodes/$one/portgroups
at 1.23 1.24: GET /v1/nodes/$one/portgroups/detail

story ports of a port group
node one
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
keep group /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","portgroup_uuid":"$group"}
keep port /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02"}
keep other /uuid
GET /v1/portgroups/$group/ports
GET /v1/portgroups/$group/ports/detail
GET /v1/portgroups/$group/ports?fields=uuid,portgroup_uuid
GET /v1/portgroups/$group/ports?detail=true
GET /v1/portgroups/$group/ports?limit=1
GET /v1/portgroups/$group/ports?sort_key=address
GET /v1/portgroups/$group/ports?sort_key=nonsense
GET /v1/portgroups/$group/ports?nonsense=1
GET /v1/portgroups/$group/ports/$port
GET /v1/portgroups/nobody/ports
GET /v1/portgroups/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/ports
GET /v1/portgroups/not%20a%20name/ports
POST /v1/portgroups/$group/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:03"}
DELETE /v1/portgroups/$group/ports/$port
at 1.23 1.24: GET /v1/portgroups/$group/ports
at 1.23 1.24: GET /v1/portgroups/$group/ports/detail
GET /v1/ports?portgroup=$group
GET /v1/ports?portgroup=pg
GET /v1/ports?portgroup=nobody
GET /v1/ports?portgroup=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/ports?portgroup=pg&node=one
at 1.23 1.24: GET /v1/ports?portgroup=pg
DELETE /v1/portgroups/pg
PATCH /v1/ports/$other [{"op":"add","path":"/portgroup_uuid","value":"$group"}]
PATCH /v1/ports/$other [{"op":"remove","path":"/portgroup_uuid"}]
PATCH /v1/ports/$port [{"op":"replace","path":"/portgroup_uuid","value":null}]
GET /v1/portgroups/$group/ports
DELETE /v1/portgroups/pg

story creations that are refused, and odd ones that are not
node one
POST /v1/portgroups {"node_uuid":"$one","name":"pg","address":"52:54:00:aa:cc:01","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b2001"}
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
POST /v1/portgroups {"node_uuid":"$one","address":"52:54:00:aa:cc:01"}
POST /v1/portgroups {"node_uuid":"$one","address":"52:54:00:AA:CC:01"}
POST /v1/portgroups {"node_uuid":"$one","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b2001"}
POST /v1/portgroups {"node_uuid":"$one","uuid":"x"}
POST /v1/portgroups {"node_uuid":"$one","uuid":7}
POST /v1/portgroups {"node_uuid":"$one","name":"not a name"}
POST /v1/portgroups {"node_uuid":"$one","name":7}
POST /v1/portgroups {"node_uuid":"$one","address":"zz"}
POST /v1/portgroups {"node_uuid":"$one","address":"52-54-00-aa-cc-02"}
POST /v1/portgroups {"node_uuid":"$one","address":7}
POST /v1/portgroups {"node_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/portgroups {"node_uuid":"one"}
POST /v1/portgroups {"node_uuid":"nobody"}
POST /v1/portgroups {"node_uuid":7}
POST /v1/portgroups {"node_uuid":null}
POST /v1/portgroups {"node_ident":"one"}
POST /v1/portgroups {"node":"one"}
POST /v1/portgroups {}
POST /v1/portgroups []
POST /v1/portgroups
POST /v1/portgroups {"node_uuid":"$one","nonsense":1}
POST /v1/portgroups {"node_uuid":"$one","extra":7}
POST /v1/portgroups {"node_uuid":"$one","properties":7}
POST /v1/portgroups {"node_uuid":"$one","mode":7}
POST /v1/portgroups {"node_uuid":"$one","standalone_ports_supported":"maybe"}
POST /v1/portgroups {"node_uuid":"$one","standalone_ports_supported":7}
POST /v1/portgroups {"node_uuid":"$one","physical_network":7}
POST /v1/portgroups {"node_uuid":"$one","category":7}
POST /v1/portgroups {"node_uuid":"$one","internal_info":{}}
POST /v1/portgroups {"node_uuid":"$one","dynamic_portgroup":true}
POST /v1/portgroups {"node_uuid":"$one","physical_network":"01234567890123456789012345678901234567890123456789012345678901234"}
at 1.22: POST /v1/portgroups {"node_uuid":"$one"}
at 1.25: POST /v1/portgroups {"node_uuid":"$one","mode":"802.3ad"}
at 1.25: POST /v1/portgroups {"node_uuid":"$one","properties":{"a":1}}
POST /v1/portgroups {"node_uuid":"$one","name":null,"address":null,"extra":null,"properties":null,"mode":null,"physical_network":null,"category":null,"uuid":null}
POST /v1/portgroups {"node_uuid":"$one","name":""}
POST /v1/portgroups {"node_uuid":"$one","name":""}
POST /v1/portgroups {"node_uuid":"$one","name":"detail"}
POST /v1/portgroups {"node_uuid":"$one","mode":"balance-rr","standalone_ports_supported":"no"}
POST /v1/portgroups {"node_uuid":"$one","mode":""}
POST /v1/portgroups {"node_uuid":"$one","mode":"any word"}
POST /v1/portgroups {"node_uuid":"$one","physical_network":""}

story empty modes
node one
POST /v1/portgroups {"node_uuid":"$one","name":"pg","mode":"802.3ad"}
PATCH /v1/portgroups/pg [{"op":"replace","path":"/mode","value":""}]

story newer members in older versions
node one
at 1.101: POST /v1/portgroups {"node_uuid":"$one","physical_network":"x"}
at 1.102: POST /v1/portgroups {"node_uuid":"$one","category":"x"}
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
at 1.101: PATCH /v1/portgroups/pg [{"op":"replace","path":"/physical_network","value":"z"}]
at 1.102: PATCH /v1/portgroups/pg [{"op":"replace","path":"/category","value":"z"}]

story patches
node one
node two
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
keep group /uuid
POST /v1/portgroups {"node_uuid":"$one","name":"other","address":"52:54:00:aa:cc:02"}
PATCH /v1/portgroups/pg [{"op":"add","path":"/address","value":"52:54:00:AA:CC:01"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/address","value":"52:54:00:aa:cc:02"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/address","value":"zz"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/address","value":7}]
PATCH /v1/portgroups/pg [{"op":"remove","path":"/address"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/name","value":"other"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/name","value":"not a name"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/name","value":7}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/name","value":"pg2"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/name","value":"pg"}]
PATCH /v1/portgroups/$group [{"op":"remove","path":"/name"}]
PATCH /v1/portgroups/$group [{"op":"add","path":"/name","value":"pg"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/extra","value":{"a":1}}]
PATCH /v1/portgroups/pg [{"op":"add","path":"/extra/b","value":[1]}]
PATCH /v1/portgroups/pg [{"op":"add","path":"/extra/b/-","value":2}]
PATCH /v1/portgroups/pg [{"op":"remove","path":"/extra/zz"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/extra","value":7}]
PATCH /v1/portgroups/pg [{"op":"remove","path":"/extra"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/mode","value":"802.3ad"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/mode","value":7}]
PATCH /v1/portgroups/pg [{"op":"remove","path":"/mode"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/properties","value":{"miimon":100}}]
PATCH /v1/portgroups/pg [{"op":"add","path":"/properties/lacp","value":"fast"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/properties","value":"x"}]
PATCH /v1/portgroups/pg [{"op":"remove","path":"/properties"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/standalone_ports_supported","value":false}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/standalone_ports_supported","value":"yes"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/standalone_ports_supported","value":"maybe"}]
PATCH /v1/portgroups/pg [{"op":"remove","path":"/standalone_ports_supported"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/category","value":"c"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/category","value":7}]
PATCH /v1/portgroups/pg [{"op":"remove","path":"/category"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/physical_network","value":"x"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/physical_network","value":7}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/physical_network","value":null}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":"nobody"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":7}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":"$two"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":"one"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/internal_info","value":{}}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/dynamic_portgroup","value":true}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/created_at","value":1}]
PATCH /v1/portgroups/pg [{"op":"add","path":"/nonsense","value":1}]
PATCH /v1/portgroups/pg [{"op":"move","path":"/name"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"name","value":"x"}]
PATCH /v1/portgroups/pg []
PATCH /v1/portgroups/pg {}
PATCH /v1/portgroups/nobody [{"op":"replace","path":"/name","value":"x"}]
PATCH /v1/portgroups/nobody [{"op":"replace","path":"/nonsense","value":"x"}]
PATCH /v1/portgroups/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/nonsense","value":"x"}]
at 1.22: PATCH /v1/portgroups/pg [{"op":"replace","path":"/extra","value":{}}]
at 1.25: PATCH /v1/portgroups/pg [{"op":"replace","path":"/mode","value":"802.3ad"}]
at 1.25: PATCH /v1/portgroups/pg [{"op":"remove","path":"/properties"}]
GET /v1/portgroups/pg

story port groups with ports, and physical networks
node one
node two
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
keep group /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","portgroup_uuid":"$group"}
keep port /uuid
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":"$two"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/physical_network","value":"phys"}]
GET /v1/ports/$port
PATCH /v1/ports/$port [{"op":"replace","path":"/physical_network","value":"other"}]
at 1.101: PATCH /v1/ports/$port [{"op":"replace","path":"/physical_network","value":"phys"}]
at 1.101: PATCH /v1/ports/$port [{"op":"replace","path":"/physical_network","value":"other"}]
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","portgroup_uuid":"$group","physical_network":"other"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:03","portgroup_uuid":"$group","physical_network":"phys"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:04","portgroup_uuid":"$group"}
POST /v1/ports {"node_uuid":"$two","address":"52:54:00:aa:bb:05","portgroup_uuid":"$group"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:06","portgroup_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:06","portgroup_uuid":"pg"}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:06","portgroup_uuid":7}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:06","portgroup_uuid":null}
at 1.23: POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:07","portgroup_uuid":"$group"}
POST /v1/portgroups {"node_uuid":"$one","name":"empty"}
keep empty /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:08","portgroup_uuid":"$empty","physical_network":"adopted"}
GET /v1/portgroups/empty
GET /v1/ports/detail

story port groups whose ports do not stand alone
node one
POST /v1/portgroups {"node_uuid":"$one","name":"pg","standalone_ports_supported":false}
keep group /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","portgroup_uuid":"$group","pxe_enabled":true}
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02","portgroup_uuid":"$group","pxe_enabled":false}
keep port /uuid
PATCH /v1/ports/$port [{"op":"replace","path":"/extra","value":{"a":1}}]
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:03","portgroup_uuid":"$group"}
keep third /uuid
PATCH /v1/ports/$port [{"op":"replace","path":"/pxe_enabled","value":true}]

story port groups that stop supporting ports that stand alone
node one
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
keep group /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","portgroup_uuid":"$group"}
PATCH /v1/portgroups/pg [{"op":"replace","path":"/standalone_ports_supported","value":false}]

story port groups of nodes at work
node one active
node two available
POST /v1/portgroups {"node_uuid":"$one","name":"pg"}
keep group /uuid
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
keep port /uuid
PATCH /v1/ports/$port [{"op":"add","path":"/portgroup_uuid","value":"$group"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":"$two"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/mode","value":"802.3ad"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/physical_network","value":"x"}]
PATCH /v1/portgroups/pg [{"op":"replace","path":"/address","value":"52:54:00:aa:cc:01"}]
PUT /v1/nodes/two/maintenance {}
PATCH /v1/portgroups/pg [{"op":"replace","path":"/node_uuid","value":"$two"}]
DELETE /v1/portgroups/pg

story a later version's field beside others
node one
POST /v1/portgroups {"node_uuid":"$one","name":"pg","address":"52:54:00:aa:bb:01"}
at 1.25 1.101 1.102 1.110: GET /v1/portgroups?fields=uuid,name
at 1.25 1.101 1.102: GET /v1/portgroups?sort_key=name
GET /v1/portgroups?address=52:54:00:aa:bb:01&sort_key=nonsense
at 1.101 1.102: GET /v1/portgroups?fields=uuid,physical_network
at 1.102 1.103: GET /v1/portgroups/pg?fields=category
at 1.101 1.102: GET /v1/portgroups?sort_key=physical_network
PATCH /v1/portgroups/pg [{"op":"remove","path":"/node_uuid"}]
