# Deploy templates: their lives, their forms, and what a deployment makes of them.

story create, show, list, patch, delete
POST /v1/deploy_templates {"name":"CUSTOM_A","steps":[{"interface":"bios","step":"apply_configuration","args":{"settings":[{"name":"x","value":"y"}]},"priority":150}]}
keep a /uuid
POST /v1/deploy_templates {"name":"CUSTOM_B","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","extra":{"k":1},"description":"words","steps":[{"interface":"raid","step":"apply_configuration","args":{},"priority":"10"},{"interface":"deploy","step":"x","args":{"password":"secret"},"priority":0}]}
GET /v1/deploy_templates
GET /v1/deploy_templates?detail=true
GET /v1/deploy_templates/$a
GET /v1/deploy_templates/CUSTOM_A
GET /v1/deploy_templates/CUSTOM_B
GET /v1/deploy_templates/CUSTOM_B?fields=uuid,name
GET /v1/deploy_templates/CUSTOM_B?fields=steps
GET /v1/deploy_templates/CUSTOM_B?fields=extra,created_at
GET /v1/deploy_templates/CUSTOM_B?fields=nonsense
GET /v1/deploy_templates/CUSTOM_B?detail=true
GET /v1/deploy_templates/CUSTOM_C
GET /v1/deploy_templates/2be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/deploy_templates/not%20a%20name
GET /v1/deploy_templates/$a/steps
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/name","value":"CUSTOM_C"}]
PATCH /v1/deploy_templates/CUSTOM_C [{"op":"add","path":"/extra/x","value":{"y":[1,2]}}]
PATCH /v1/deploy_templates/$a [{"op":"replace","path":"/steps/0/priority","value":7}]
PATCH /v1/deploy_templates/$a [{"op":"add","path":"/steps/-","value":{"interface":"deploy","step":"y","args":{},"priority":1}}]
PATCH /v1/deploy_templates/$a [{"op":"remove","path":"/steps/0"}]
PATCH /v1/deploy_templates/$a [{"op":"remove","path":"/extra"}]
PATCH /v1/deploy_templates/$a [{"op":"replace","path":"/name","value":"CUSTOM_C"}]
GET /v1/deploy_templates/$a
DELETE /v1/deploy_templates/CUSTOM_C
DELETE /v1/deploy_templates/$a
DELETE /v1/deploy_templates/not%20a%20name
DELETE /v1/deploy_templates
GET /v1/deploy_templates

story creations that are refused
POST /v1/deploy_templates {"name":"CUSTOM_A","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_A","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"lower","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM-A","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":null,"steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":7,"steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D"}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":null}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":{}}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[7]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"boot","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"vendor","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":null,"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":[],"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{}}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":-1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":"-1"}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":""}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":null}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1.5}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":true}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1,"order":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1},{"interface":"bios","step":"x","args":{"a":1},"priority":2}]}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1}],"nonsense":1}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1}],"extra":7}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1}],"description":7}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1}],"uuid":"x"}
POST /v1/deploy_templates {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":{},"priority":1}],"created_at":null}
POST /v1/deploy_templates []
POST /v1/deploy_templates
POST /v1/deploy_templates {
GET /v1/deploy_templates

story creations with odd members that are accepted
POST /v1/deploy_templates {"name":"HW_CPU_X86_VMX","extra":null,"uuid":null,"description":null,"steps":[{"interface":"management","step":"x","args":{"a":null,"nested":{"auth_token":"t","list":[{"password":"p"}]}},"priority":2147483647}]}
GET /v1/deploy_templates/HW_CPU_X86_VMX
POST /v1/deploy_templates {"name":"CUSTOM_1","steps":[{"interface":"power","step":"x","args":{},"priority":"007"}]}
POST /v1/deploy_templates {"name":"CUSTOM_2","steps":[{"interface":"firmware","step":"x","args":{},"priority":1}]}

story patches that are refused
POST /v1/deploy_templates {"name":"CUSTOM_A","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","args":{"password":"p"},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_B","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/name","value":"CUSTOM_B"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/name","value":"bad"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/name","value":null}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"remove","path":"/name"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"remove","path":"/steps"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"remove","path":"/steps/0"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"remove","path":"/steps/7"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"remove","path":"/steps/0/args"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/steps","value":[]}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/steps/0/interface","value":"boot"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"add","path":"/steps/-","value":{"interface":"bios","step":"x","args":{},"priority":3}}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"add","path":"/steps/0/nonsense","value":1}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/uuid","value":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/nonsense","value":1}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"remove","path":"/extra/nothing"}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/extra","value":7}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/extra","value":null}]
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"test","path":"/name","value":"CUSTOM_A"}]
PATCH /v1/deploy_templates/CUSTOM_A []
PATCH /v1/deploy_templates/CUSTOM_A {}
PATCH /v1/deploy_templates/CUSTOM_A
PATCH /v1/deploy_templates/nobody [{"op":"replace","path":"/extra/a","value":1}]
GET /v1/deploy_templates/CUSTOM_A

story descriptions of templates
POST /v1/deploy_templates {"name":"CUSTOM_A","description":"words","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
PATCH /v1/deploy_templates/CUSTOM_A [{"op":"replace","path":"/description","value":"d"}]

story lists
POST /v1/deploy_templates {"name":"CUSTOM_B","uuid":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
POST /v1/deploy_templates {"name":"CUSTOM_A","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
GET /v1/deploy_templates?sort_key=name
GET /v1/deploy_templates?sort_key=name&sort_dir=desc
GET /v1/deploy_templates?sort_key=uuid
GET /v1/deploy_templates?sort_key=created_at
GET /v1/deploy_templates?sort_key=extra
GET /v1/deploy_templates?sort_key=steps
GET /v1/deploy_templates?sort_key=nonsense
GET /v1/deploy_templates?sort_dir=nonsense
GET /v1/deploy_templates?limit=1
GET /v1/deploy_templates?limit=1&detail=true
GET /v1/deploy_templates?limit=1&fields=name
GET /v1/deploy_templates?limit=1&marker=2be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/deploy_templates?limit=0
GET /v1/deploy_templates?limit=-1
GET /v1/deploy_templates?limit=x
GET /v1/deploy_templates?marker=CUSTOM_A
GET /v1/deploy_templates?marker=3be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/deploy_templates?fields=name,steps
GET /v1/deploy_templates?fields=nonsense
GET /v1/deploy_templates?fields=name&detail=true
GET /v1/deploy_templates?fields=name&detail=false
GET /v1/deploy_templates?detail=maybe
GET /v1/deploy_templates?nonsense=1
GET /v1/deploy_templates/detail

story versions of templates
POST /v1/deploy_templates {"name":"CUSTOM_A","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
at 1.54 1.55 1.112: GET /v1/deploy_templates
at 1.54 1.55 1.112: GET /v1/deploy_templates/1be26c0b-03f2-4d2e-ae87-c02d7f33c781
at 1.54: POST /v1/deploy_templates {"name":"CUSTOM_B","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
at 1.55: POST /v1/deploy_templates {"name":"CUSTOM_B","description":"d","steps":[{"interface":"bios","step":"x","args":{},"priority":1}]}
at 1.54 1.55: PATCH /v1/deploy_templates/CUSTOM_A [{"op":"add","path":"/extra/a","value":1}]
at 1.54 1.55: DELETE /v1/deploy_templates/CUSTOM_A

story a deployment by a template
node one available
POST /v1/deploy_templates {"name":"CUSTOM_T","steps":[{"interface":"bios","step":"apply_configuration","args":{"settings":[]},"priority":150}]}
PATCH /v1/nodes/one [{"op":"add","path":"/instance_info/traits","value":["CUSTOM_T"]}]
GET /v1/nodes/one/validate
do one active
PUT /v1/nodes/one/traits {"traits":["CUSTOM_T"]}
GET /v1/nodes/one/validate
do one active
settle one
GET /v1/nodes/one?fields=provision_state,deploy_step

story descriptions are fields
GET /v1/deploy_templates?fields=description
GET /v1/deploy_templates?sort_key=description
