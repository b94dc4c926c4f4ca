# Chassis and the nodes in them.

story create, show, list, delete
POST /v1/chassis {}
keep bare /uuid
POST /v1/chassis {"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b3001","description":"rack 1","extra":{"a":1}}
POST /v1/chassis {"description":"a"}
keep third /uuid
GET /v1/chassis/$bare
GET /v1/chassis/6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b3001
GET /v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/chassis/nobody
GET /v1/chassis/$bare/nonsense
at 1.1 1.7 1.8: GET /v1/chassis/$bare
GET /v1/chassis
GET /v1/chassis/detail
GET /v1/chassis?detail=true
GET /v1/chassis?detail=false
GET /v1/chassis?detail=maybe
GET /v1/chassis/detail?detail=true
GET /v1/chassis/detail?fields=uuid
at 1.42 1.43: GET /v1/chassis?detail=true
at 1.1: GET /v1/chassis
at 1.1: GET /v1/chassis/detail
GET /v1/chassis/$bare?fields=uuid,extra
GET /v1/chassis/$bare?fields=description,created_at,updated_at
GET /v1/chassis/$bare?fields=links
GET /v1/chassis/$bare?fields=nonsense
GET /v1/chassis/$bare?fields=uuid,nonsense
GET /v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781?fields=nonsense
GET /v1/chassis/$bare?detail=true
GET /v1/chassis?fields=extra
GET /v1/chassis?fields=nonsense
GET /v1/chassis?fields=uuid&detail=true
at 1.7: GET /v1/chassis?fields=extra
at 1.7: GET /v1/chassis/$bare?fields=extra
GET /v1/chassis?limit=1
GET /v1/chassis?limit=1&marker=$bare
GET /v1/chassis?limit=0
GET /v1/chassis?limit=x
GET /v1/chassis?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/chassis?marker=x
GET /v1/chassis?sort_key=description
GET /v1/chassis?sort_key=description&sort_dir=desc
GET /v1/chassis?sort_key=extra
GET /v1/chassis?sort_key=links
GET /v1/chassis?sort_key=nodes
GET /v1/chassis?sort_key=nonsense
GET /v1/chassis?sort_dir=sideways
GET /v1/chassis?nonsense=1
GET /v1/chassis?uuid=$bare
GET /v1/chassis/detail?limit=1
GET /v1/chassis/detail?sort_key=description
DELETE /v1/chassis/$bare
DELETE /v1/chassis/$bare
DELETE /v1/chassis/nobody
GET /v1/chassis

story creations that are refused
POST /v1/chassis {"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b3001"}
POST /v1/chassis {"uuid":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b3001"}
POST /v1/chassis {"uuid":"x"}
POST /v1/chassis {"uuid":7}
POST /v1/chassis {"uuid":null}
POST /v1/chassis {"extra":7}
POST /v1/chassis {"extra":null}
POST /v1/chassis {"description":7}
POST /v1/chassis {"description":null}
POST /v1/chassis {"description":""}
POST /v1/chassis {"description":"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"}
POST /v1/chassis {"nonsense":1}
POST /v1/chassis {"nodes":[]}
POST /v1/chassis []
POST /v1/chassis
POST /v1/chassis "x"

story patches
POST /v1/chassis {"description":"a"}
keep chassis /uuid
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/description","value":"b"}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/description","value":"b"}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/description","value":7}]
PATCH /v1/chassis/$chassis [{"op":"remove","path":"/description"}]
PATCH /v1/chassis/$chassis [{"op":"remove","path":"/description"}]
PATCH /v1/chassis/$chassis [{"op":"add","path":"/description","value":"c"}]
PATCH /v1/chassis/$chassis [{"op":"add","path":"/extra/a","value":{"b":1}}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/extra/a/b","value":2}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/extra/none","value":2}]
PATCH /v1/chassis/$chassis [{"op":"remove","path":"/extra/none"}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/extra","value":7}]
PATCH /v1/chassis/$chassis [{"op":"remove","path":"/extra"}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/extra","value":{"z":1}}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/uuid","value":"6a1e7a0c-8a9d-4a3b-9a49-0a4f5a2b3001"}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/uuid","value":"x"}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/nodes","value":[]}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/created_at","value":1}]
PATCH /v1/chassis/$chassis [{"op":"add","path":"/nonsense","value":1}]
PATCH /v1/chassis/$chassis [{"op":"replace","path":"/description"}]
PATCH /v1/chassis/$chassis []
PATCH /v1/chassis/$chassis {}
PATCH /v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/description","value":"b"}]
PATCH /v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/nonsense","value":"b"}]
PATCH /v1/chassis/nobody [{"op":"replace","path":"/description","value":"b"}]
GET /v1/chassis/$chassis

story nodes of a chassis
POST /v1/chassis {"description":"a"}
keep chassis /uuid
node one
node two
node three
PATCH /v1/nodes/one [{"op":"add","path":"/chassis_uuid","value":"$chassis"}]
PATCH /v1/nodes/two [{"op":"add","path":"/chassis_uuid","value":"$chassis"}]
PATCH /v1/nodes/three [{"op":"add","path":"/chassis_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/nodes/three [{"op":"add","path":"/chassis_uuid","value":"x"}]
GET /v1/chassis/$chassis/nodes
GET /v1/chassis/$chassis/nodes/detail
GET /v1/chassis/$chassis/nodes?detail=true
GET /v1/chassis/$chassis/nodes?fields=name,chassis_uuid
GET /v1/chassis/$chassis/nodes?limit=1
GET /v1/chassis/$chassis/nodes?limit=1&marker=$one
GET /v1/chassis/$chassis/nodes?sort_key=name&sort_dir=desc
GET /v1/chassis/$chassis/nodes?maintenance=true
GET /v1/chassis/$chassis/nodes?provision_state=enroll
GET /v1/chassis/$chassis/nodes?nonsense=1
GET /v1/chassis/$chassis/nodes/one
GET /v1/chassis/$chassis/nodes/$one
GET /v1/chassis/$chassis/nodes/detail?fields=name
GET /v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/nodes
GET /v1/chassis/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/nodes/detail
GET /v1/chassis/nobody/nodes
POST /v1/chassis/$chassis/nodes {"driver":"fake-hardware"}
DELETE /v1/chassis/$chassis/nodes/one
GET /v1/nodes?chassis_uuid=$chassis
GET /v1/nodes?chassis_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/nodes/detail?chassis_uuid=$chassis
DELETE /v1/chassis/$chassis
at 1.24 1.25: PATCH /v1/nodes/one [{"op":"remove","path":"/chassis_uuid"}]
PATCH /v1/nodes/two [{"op":"remove","path":"/chassis_uuid"}]
GET /v1/chassis/$chassis/nodes
DELETE /v1/chassis/$chassis
