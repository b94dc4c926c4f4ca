# Volume connectors and volume targets. They change only while their node is off, so the nodes are switched off first.

story where volume resources are
node one
GET /v1/volume
GET /v1/volume/
GET /v1/volume?nonsense=1
at 1.31 1.32: GET /v1/volume
POST /v1/volume {}
GET /v1/volume/nonsense
GET /v1/nodes/one/volume
GET /v1/nodes/$one/volume
GET /v1/nodes/nobody/volume
GET /v1/nodes/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/volume
at 1.31 1.32: GET /v1/nodes/one/volume

story connectors
node one
node two
PUT /v1/nodes/one/states/power {"target":"power off"}
PUT /v1/nodes/two/states/power {"target":"power off"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"iqn.2026-01.x:1"}
keep first /uuid
POST /v1/volume/connectors {"node_uuid":"$one","type":"ip","connector_id":"192.0.2.1","extra":{"a":1},"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b4001"}
POST /v1/volume/connectors {"node_uuid":"$two","type":"any word","connector_id":"x"}
keep third /uuid
GET /v1/volume/connectors/$first
GET /v1/volume/connectors/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b4001
GET /v1/volume/connectors/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/volume/connectors/nobody
GET /v1/volume/connectors/$first/nonsense
at 1.31 1.32: GET /v1/volume/connectors/$first
at 1.31 1.32: GET /v1/volume/connectors
at 1.32: GET /v1/volume/connectors?detail=true
GET /v1/volume/connectors/$first?fields=uuid,type
GET /v1/volume/connectors/$first?fields=node_uuid,connector_id,extra,links,created_at,updated_at
GET /v1/volume/connectors/$first?fields=nonsense
GET /v1/volume/connectors/1be26c0b-03f2-4d2e-ae87-c02d7f33c781?fields=nonsense
GET /v1/volume/connectors/$first?detail=true
GET /v1/volume/connectors/$first?nonsense=1
GET /v1/volume/connectors
GET /v1/volume/connectors?detail=true
GET /v1/volume/connectors?detail=false
GET /v1/volume/connectors?detail=maybe
GET /v1/volume/connectors/detail
GET /v1/volume/connectors?fields=uuid,extra
GET /v1/volume/connectors?fields=nonsense
GET /v1/volume/connectors?fields=uuid&detail=true
GET /v1/volume/connectors?fields=uuid&detail=false
GET /v1/volume/connectors?node=one
GET /v1/volume/connectors?node=$two
GET /v1/volume/connectors?node=nobody
GET /v1/volume/connectors?node=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/volume/connectors?node=not%20a%20name
GET /v1/volume/connectors?node_uuid=$one
GET /v1/volume/connectors?type=iqn
GET /v1/volume/connectors?nonsense=1
GET /v1/volume/connectors?limit=1
GET /v1/volume/connectors?limit=1&marker=$first
GET /v1/volume/connectors?limit=1&detail=true
GET /v1/volume/connectors?limit=0
GET /v1/volume/connectors?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/volume/connectors?marker=x
GET /v1/volume/connectors?sort_key=connector_id&sort_dir=desc
GET /v1/volume/connectors?sort_key=type
GET /v1/volume/connectors?sort_key=extra
GET /v1/volume/connectors?sort_key=node_uuid
GET /v1/volume/connectors?sort_key=nonsense
GET /v1/volume/connectors?sort_dir=sideways
GET /v1/nodes/one/volume/connectors
GET /v1/nodes/$one/volume/connectors
GET /v1/nodes/$one/volume/connectors?detail=true
GET /v1/nodes/$one/volume/connectors?fields=type
GET /v1/nodes/$one/volume/connectors?limit=1
GET /v1/nodes/$one/volume/connectors?nonsense=1
GET /v1/nodes/one/volume/connectors/$first
GET /v1/nodes/nobody/volume/connectors
GET /v1/nodes/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/volume/connectors
POST /v1/nodes/one/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"y"}
at 1.31 1.32: GET /v1/nodes/$one/volume/connectors
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/type","value":"wwpn"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/type","value":7}]
PATCH /v1/volume/connectors/$first [{"op":"remove","path":"/type"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/connector_id","value":"z"}]
PATCH /v1/volume/connectors/$first [{"op":"remove","path":"/connector_id"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/extra","value":{"a":1}}]
PATCH /v1/volume/connectors/$first [{"op":"add","path":"/extra/b","value":1}]
PATCH /v1/volume/connectors/$first [{"op":"remove","path":"/extra/zz"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/extra","value":7}]
PATCH /v1/volume/connectors/$first [{"op":"remove","path":"/extra"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/type","value":"any word"},{"op":"replace","path":"/connector_id","value":"x"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/node_uuid","value":"nobody"}]
PATCH /v1/volume/connectors/$first [{"op":"remove","path":"/node_uuid"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/node_uuid","value":"two"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/node_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/node_uuid","value":"$two"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/created_at","value":1}]
PATCH /v1/volume/connectors/$first [{"op":"add","path":"/nonsense","value":1}]
PATCH /v1/volume/connectors/$first []
PATCH /v1/volume/connectors/$first {}
PATCH /v1/volume/connectors/nobody [{"op":"replace","path":"/type","value":"x"}]
PATCH /v1/volume/connectors/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/type","value":"x"}]
PATCH /v1/volume/connectors/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/nonsense","value":"x"}]
at 1.31: PATCH /v1/volume/connectors/$first [{"op":"replace","path":"/type","value":"x"}]
at 1.31: DELETE /v1/volume/connectors/$first
DELETE /v1/volume/connectors/$first
DELETE /v1/volume/connectors/$first
DELETE /v1/volume/connectors/nobody
GET /v1/volume/connectors

story connectors that are refused
node one
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"x","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b4001"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"x"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"y","uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b4001"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"y","uuid":"x"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"y","uuid":null}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn"}
POST /v1/volume/connectors {"node_uuid":"$one","connector_id":"z"}
POST /v1/volume/connectors {"type":"iqn","connector_id":"z"}
POST /v1/volume/connectors {"node_uuid":"$one","type":7,"connector_id":"z"}
POST /v1/volume/connectors {"node_uuid":"$one","type":null,"connector_id":"z"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":7}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"z","extra":7}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"z","extra":null}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"z","nonsense":1}
POST /v1/volume/connectors {"node_uuid":"nobody","type":"iqn","connector_id":"z"}
POST /v1/volume/connectors {"node_uuid":"one","type":"iqn","connector_id":"z"}
POST /v1/volume/connectors {"node_uuid":7,"type":"iqn","connector_id":"z"}
POST /v1/volume/connectors {"node_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","type":"iqn","connector_id":"z"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"","connector_id":""}
POST /v1/volume/connectors {}
POST /v1/volume/connectors []
POST /v1/volume/connectors
at 1.31: POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"q"}

story targets
node one
node two
PUT /v1/nodes/one/states/power {"target":"power off"}
PUT /v1/nodes/two/states/power {"target":"power off"}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"v1","boot_index":0}
keep first /uuid
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"fibre_channel","volume_id":"v2","boot_index":1,"extra":{"a":1},"properties":{"target_iqn":"iqn.x","auth_password":"secret"},"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b5001"}
POST /v1/volume/targets {"node_uuid":"$two","volume_type":"any word","volume_id":"v3","boot_index":-1}
keep third /uuid
GET /v1/volume/targets/$first
GET /v1/volume/targets/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b5001
GET /v1/volume/targets/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/volume/targets/nobody
at 1.31 1.32: GET /v1/volume/targets/$first
at 1.31 1.32: GET /v1/volume/targets
GET /v1/volume/targets/$first?fields=uuid,volume_type
GET /v1/volume/targets/$first?fields=node_uuid,volume_id,boot_index,properties,extra,created_at,updated_at
GET /v1/volume/targets/$first?fields=nonsense
GET /v1/volume/targets/1be26c0b-03f2-4d2e-ae87-c02d7f33c781?fields=nonsense
GET /v1/volume/targets/$first?nonsense=1
GET /v1/volume/targets
GET /v1/volume/targets?detail=true
GET /v1/volume/targets?detail=maybe
GET /v1/volume/targets/detail
GET /v1/volume/targets?fields=uuid,properties
GET /v1/volume/targets?fields=nonsense
GET /v1/volume/targets?fields=uuid&detail=true
GET /v1/volume/targets?node=one
GET /v1/volume/targets?node=$two
GET /v1/volume/targets?node=nobody
GET /v1/volume/targets?node=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/volume/targets?nonsense=1
GET /v1/volume/targets?limit=1
GET /v1/volume/targets?limit=1&marker=$first
GET /v1/volume/targets?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/volume/targets?sort_key=boot_index
GET /v1/volume/targets?sort_key=volume_id&sort_dir=desc
GET /v1/volume/targets?sort_key=properties
GET /v1/volume/targets?sort_key=extra
GET /v1/volume/targets?sort_key=node_uuid
GET /v1/volume/targets?sort_key=nonsense
GET /v1/nodes/one/volume/targets
GET /v1/nodes/$one/volume/targets?detail=true
GET /v1/nodes/$one/volume/targets?fields=volume_id
GET /v1/nodes/$one/volume/targets?nonsense=1
GET /v1/nodes/one/volume/targets/$first
GET /v1/nodes/nobody/volume/targets
at 1.31 1.32: GET /v1/nodes/$one/volume/targets
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/volume_type","value":"x"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/volume_type","value":7}]
PATCH /v1/volume/targets/$first [{"op":"remove","path":"/volume_type"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/volume_id","value":"z"}]
PATCH /v1/volume/targets/$first [{"op":"remove","path":"/volume_id"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/boot_index","value":7}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/boot_index","value":1}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/boot_index","value":"2"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/boot_index","value":true}]
PATCH /v1/volume/targets/$first [{"op":"remove","path":"/boot_index"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/properties","value":{"a":1,"password":"secret"}}]
PATCH /v1/volume/targets/$first [{"op":"add","path":"/properties/b","value":1}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/properties","value":7}]
PATCH /v1/volume/targets/$first [{"op":"remove","path":"/properties"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/extra","value":{"a":1}}]
PATCH /v1/volume/targets/$first [{"op":"remove","path":"/extra"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/node_uuid","value":"nobody"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/node_uuid","value":"$two"}]
PATCH /v1/volume/targets/$first [{"op":"replace","path":"/uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/volume/targets/$first [{"op":"add","path":"/nonsense","value":1}]
PATCH /v1/volume/targets/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/nonsense","value":"x"}]
DELETE /v1/volume/targets/$first
DELETE /v1/volume/targets/$first
DELETE /v1/volume/targets/nobody
GET /v1/volume/targets

story targets that are refused
node one
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"v","boot_index":0,"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b5001"}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":0}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":1,"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b5001"}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"v","boot_index":2}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w"}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","boot_index":3}
POST /v1/volume/targets {"node_uuid":"$one","volume_id":"w","boot_index":3}
POST /v1/volume/targets {"volume_type":"iscsi","volume_id":"w","boot_index":3}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":"3"}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":null}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":1.5}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":7,"volume_id":"w","boot_index":3}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":7,"boot_index":3}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":3,"properties":7}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":3,"extra":7}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":3,"nonsense":1}
POST /v1/volume/targets {"node_uuid":"nobody","volume_type":"iscsi","volume_id":"w","boot_index":3}
POST /v1/volume/targets {"node_uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","volume_type":"iscsi","volume_id":"w","boot_index":3}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":4,"properties":null,"extra":null,"uuid":null}
POST /v1/volume/targets {}
POST /v1/volume/targets []
at 1.31: POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":9}

story volumes of machines that run
node one active
PUT /v1/nodes/one/states/power {"target":"power on"}
POST /v1/volume/connectors {"node_uuid":"$one","type":"iqn","connector_id":"x"}
keep connector /uuid
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":0}
keep target /uuid
PATCH /v1/volume/connectors/$connector [{"op":"replace","path":"/type","value":"wwpn"}]
PATCH /v1/volume/targets/$target [{"op":"replace","path":"/volume_id","value":"z"}]
DELETE /v1/volume/connectors/$connector
DELETE /v1/volume/targets/$target
PUT /v1/nodes/one/maintenance {}
PATCH /v1/volume/connectors/$connector [{"op":"replace","path":"/type","value":"wwpn"}]
DELETE /v1/volume/connectors/$connector
PUT /v1/nodes/one/states/power {"target":"power off"}
PATCH /v1/volume/connectors/$connector [{"op":"replace","path":"/type","value":"wwpn"}]
DELETE /v1/volume/connectors/$connector
DELETE /v1/volume/targets/$target

story volumes that go to another node
node one
node two
PUT /v1/nodes/one/states/power {"target":"power off"}
PUT /v1/nodes/two/states/power {"target":"power on"}
POST /v1/volume/targets {"node_uuid":"$one","volume_type":"iscsi","volume_id":"w","boot_index":0}
keep target /uuid
PATCH /v1/volume/targets/$target [{"op":"replace","path":"/node_uuid","value":"$two"}]
PUT /v1/nodes/one/states/power {"target":"power on"}
PUT /v1/nodes/two/states/power {"target":"power off"}
PATCH /v1/volume/targets/$target [{"op":"replace","path":"/node_uuid","value":"$two"}]
