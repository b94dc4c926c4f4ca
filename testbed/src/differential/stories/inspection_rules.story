# Inspection rules: their lives and their forms. They run on what an agent reports, which fake hardware never does. Ironic takes any text
# for a new rule's id and then never finds the rule again, so that is not asked here.

story create, show, list, patch, delete
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"set-attribute","args":{"path":"/extra/a","value":"b"}}]}
keep a /uuid
POST /v1/inspection_rules {"uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","description":"words","priority":9999,"phase":"main","sensitive":false,"conditions":[{"op":"eq","args":{"values":["{inventory[cpu][count]}",8]}},{"op":"!contains","args":{"value":"{item}","regex":"x"},"loop":["a","b"],"multiple":"all"}],"actions":[{"op":"add-trait","args":{"name":"CUSTOM_A"}},{"op":"log","args":{"msg":"m","level":"info"},"loop":[1,2]}]}
GET /v1/inspection_rules
GET /v1/inspection_rules?detail=true
GET /v1/inspection_rules/$a
GET /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/inspection_rules/$a?fields=uuid,priority
GET /v1/inspection_rules/$a?fields=actions
GET /v1/inspection_rules/$a?fields=nonsense
GET /v1/inspection_rules/$a?detail=true
GET /v1/inspection_rules/2be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/inspection_rules/a-name
GET /v1/inspection_rules/not%20a%20name
GET /v1/inspection_rules/$a/nonsense
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/description","value":"other"}]
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/priority","value":5}]
PATCH /v1/inspection_rules/$a [{"op":"add","path":"/actions/-","value":{"op":"fail","args":{"msg":"no"}}}]
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/actions/0/args/value","value":{"x":[1]}}]
PATCH /v1/inspection_rules/$a [{"op":"add","path":"/conditions/-","value":{"op":"is-true","args":{"value":"{node.maintenance}"}}}]
PATCH /v1/inspection_rules/$a [{"op":"remove","path":"/actions/1"}]
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/sensitive","value":true}]
GET /v1/inspection_rules/$a
GET /v1/inspection_rules?detail=true
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/sensitive","value":false}]
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/priority","value":6}]
DELETE /v1/inspection_rules/$a
DELETE /v1/inspection_rules/$a
DELETE /v1/inspection_rules/a-name
GET /v1/inspection_rules

story deleting all rules
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"b"}}]}
DELETE /v1/inspection_rules
GET /v1/inspection_rules
PATCH /v1/inspection_rules []
PUT /v1/inspection_rules {}

story every condition
POST /v1/inspection_rules {"conditions":[{"op":"eq","args":{"values":[1,1],"force_strings":true}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"lt","args":{"values":[1,2]}},{"op":"gt","args":{"values":[2,1]}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"!lt","args":{"values":[1,2]}},{"op":"!gt","args":{"values":[2,1]}},{"op":"!eq","args":{"values":[2,1]}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"is-empty","args":{"value":""}},{"op":"!is-empty","args":{"value":""}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"in-net","args":{"address":"192.0.2.1","subnet":"192.0.2.0/24"}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"matches","args":{"value":"a","regex":"a+"}},{"op":"contains","args":{"value":"a","regex":"a"}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"one-of","args":{"value":"a","values":["a"]}},{"op":"one-of","args":{"value":"a"}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"is-none","args":{"value":null}},{"op":"is-true","args":{"value":true}},{"op":"is-false","args":{"value":false}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[{"op":"is-none","args":{"value":"a"},"loop":{"a":1},"multiple":"first"},{"op":"is-none","args":{"value":"a"},"loop":["a"],"multiple":"last"},{"op":"is-none","args":{"value":"a"},"loop":["a"]}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
GET /v1/inspection_rules?detail=true

story every action
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}},{"op":"log","args":{"msg":"a"}},{"op":"log","args":{"msg":"a","level":"debug"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"set-attribute","args":{"path":"properties/x","value":1}},{"op":"extend-attribute","args":{"path":"/extra/list","value":1,"unique":true}},{"op":"del-attribute","args":{"path":"extra.x"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"set-capability","args":{"name":"a","value":"b"}},{"op":"unset-capability","args":{"name":"a"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"add-trait","args":{"name":"CUSTOM_A"}},{"op":"remove-trait","args":{"name":"CUSTOM_A"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"set-port-attribute","args":{"port_id":"{inventory[interfaces][0][mac_address]}","path":"extra/x","value":1}},{"op":"extend-port-attribute","args":{"port_id":"x","path":"extra/x","value":1}},{"op":"del-port-attribute","args":{"port_id":"x","path":"extra/x"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"set-attribute","args":{"path":"{item[path]}","value":"{item[value]}"},"loop":[{"path":"extra/a","value":1}]}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"set-plugin-data","args":{"path":"a.b","value":1}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"extend-plugin-data","args":{"path":"a.b","value":1,"unique":true}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"unset-plugin-data","args":{"path":"a.b"}}]}
GET /v1/inspection_rules?detail=true

story arguments as lists
POST /v1/inspection_rules {"conditions":[{"op":"eq","args":[[1,1]]},{"op":"matches","args":["a","a"]}],"actions":[{"op":"set-attribute","args":["/extra/a","b"]},{"op":"log","args":["m","debug"]}]}
POST /v1/inspection_rules {"conditions":[{"op":"matches","args":["a"]}],"actions":[{"op":"fail","args":["m"]}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":[]}]}

story creations that are refused
POST /v1/inspection_rules {}
POST /v1/inspection_rules {"conditions":[],"actions":[]}
POST /v1/inspection_rules {"conditions":[],"actions":null}
POST /v1/inspection_rules {"conditions":[],"actions":{}}
POST /v1/inspection_rules {"conditions":[],"actions":[7]}
POST /v1/inspection_rules {"conditions":[],"actions":[{}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail"}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"nonsense","args":{}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"!fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a","nonsense":1}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":"a"}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"},"loop":7}]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":{}}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":[7]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":[{"op":"nonsense","args":{}}]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":[{"op":"!!eq","args":{"values":[1]}}]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":[{"op":"! eq","args":{"values":[1]}}]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":[{"op":"eq","args":{}}]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":[{"op":"eq","args":{"values":[1],"nonsense":1}}]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":[{"op":"eq","args":{"values":[1]},"multiple":"nonsense"}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"priority":-1}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"priority":10000}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"priority":1.5}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"priority":null}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"phase":"early"}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"phase":7}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"description":7}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"nonsense":1}
POST /v1/inspection_rules []
POST /v1/inspection_rules
POST /v1/inspection_rules {
GET /v1/inspection_rules

story creations with odd members that are accepted
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"},"nonsense":1}],"sensitive":null,"description":null,"uuid":null}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"},"loop":[]}],"conditions":[]}
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"sensitive":true,"conditions":[{"op":"is-none","args":{"value":"x"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"phase":null}
GET /v1/inspection_rules?detail=true

story a rule that says nothing of conditions
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}]}

story a rule without conditions, as the command line says it
POST /v1/inspection_rules {"actions":[{"op":"fail","args":{"msg":"a"}}],"conditions":null}

story the same id twice
POST /v1/inspection_rules {"conditions":[],"uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[],"uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","actions":[{"op":"fail","args":{"msg":"a"}}]}

story patches that are refused
POST /v1/inspection_rules {"uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","description":"d","priority":5,"conditions":[{"op":"is-none","args":{"value":"x"}}],"actions":[{"op":"fail","args":{"msg":"a"}}]}
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"remove","path":"/actions"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"remove","path":"/actions/0"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/actions/0/op","value":"nonsense"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"remove","path":"/actions/0/args/msg"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/priority","value":-1}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/priority","value":10000}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/priority","value":"7"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/phase","value":"early"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/uuid","value":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/nonsense","value":1}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/sensitive","value":"yes"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"remove","path":"/description"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"remove","path":"/conditions"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"remove","path":"/priority"}]
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 []
PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 {}
PATCH /v1/inspection_rules/a-name [{"op":"replace","path":"/priority","value":1}]
PATCH /v1/inspection_rules/3be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/priority","value":1}]
GET /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781

story lists
POST /v1/inspection_rules {"conditions":[],"uuid":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781","priority":1,"actions":[{"op":"fail","args":{"msg":"a"}}]}
POST /v1/inspection_rules {"conditions":[],"uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","priority":2,"phase":"main","actions":[{"op":"fail","args":{"msg":"a"}}]}
GET /v1/inspection_rules?sort_key=priority&sort_dir=desc
GET /v1/inspection_rules?sort_key=uuid
GET /v1/inspection_rules?sort_key=actions
GET /v1/inspection_rules?sort_key=conditions
GET /v1/inspection_rules?sort_key=nonsense
GET /v1/inspection_rules?sort_dir=nonsense
GET /v1/inspection_rules?limit=1
GET /v1/inspection_rules?limit=1&detail=true
GET /v1/inspection_rules?limit=1&marker=2be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/inspection_rules?limit=0
GET /v1/inspection_rules?marker=3be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/inspection_rules?marker=x
GET /v1/inspection_rules?fields=uuid,actions
GET /v1/inspection_rules?fields=nonsense
GET /v1/inspection_rules?fields=uuid&detail=true
GET /v1/inspection_rules?phase=main
GET /v1/inspection_rules?phase=early
GET /v1/inspection_rules?nonsense=1
GET /v1/inspection_rules/detail

story versions of rules
POST /v1/inspection_rules {"conditions":[],"uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","actions":[{"op":"fail","args":{"msg":"a"}}]}
at 1.95 1.96: GET /v1/inspection_rules
at 1.95 1.96: GET /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
at 1.95: POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}]}
at 1.95 1.97: PATCH /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781 [{"op":"replace","path":"/priority","value":1}]
at 1.95 1.96: DELETE /v1/inspection_rules/1be26c0b-03f2-4d2e-ae87-c02d7f33c781

story numbers and flags as texts
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"priority":"5"}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"fail","args":{"msg":"a"}}],"sensitive":"true"}

story calls of other services
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"api-call","args":{"url":"http://192.0.2.1/hook"}}]}
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"api-call","args":{"url":"https://192.0.2.1/{node.uuid}","headers":{"X-Auth-Token":"t"},"timeout":5,"retries":1,"backoff_factor":0.3}}]}

story what a rule cannot be told
POST /v1/inspection_rules {"conditions":[],"actions":[{"op":"set-attribute","args":{"path":"/extra/a","value":"b"}}]}
keep a /uuid
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/created_at","value":"words"}]
PATCH /v1/inspection_rules/$a [{"op":"remove","path":"/updated_at"}]
PATCH /v1/inspection_rules/$a [{"op":"replace","path":"/links","value":[]}]
PATCH /v1/inspection_rules/$a [{"op":"remove","path":"/phase"}]
PATCH /v1/inspection_rules/$a [{"op":"remove","path":"/conditions"}]
