# Runbooks: their lives, their forms, their traits, and their use.

story create, show, list, patch, delete
POST /v1/runbooks {"name":"CUSTOM_A","steps":[{"interface":"bios","step":"apply_configuration","args":{"settings":[]},"order":1}]}
keep a /uuid
POST /v1/runbooks {"name":"a~b.c-d","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","extra":{"k":1},"description":"words","public":false,"disable_ramdisk":true,"steps":[{"interface":"raid","step":"create_configuration","order":"10"},{"interface":"deploy","step":"x","args":{"password":"secret"},"order":0}]}
GET /v1/runbooks
GET /v1/runbooks?detail=true
GET /v1/runbooks/$a
GET /v1/runbooks/CUSTOM_A
GET /v1/runbooks/a~b.c-d
GET /v1/runbooks/CUSTOM_A?fields=uuid,name
GET /v1/runbooks/CUSTOM_A?fields=steps,traits
GET /v1/runbooks/CUSTOM_A?fields=description
GET /v1/runbooks/CUSTOM_A?fields=nonsense
GET /v1/runbooks/CUSTOM_A?detail=true
GET /v1/runbooks/nobody
GET /v1/runbooks/2be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/runbooks/not%20a%20name
GET /v1/runbooks/CUSTOM_A/nonsense
PATCH /v1/runbooks/CUSTOM_A [{"op":"replace","path":"/name","value":"CUSTOM_C"}]
PATCH /v1/runbooks/CUSTOM_C [{"op":"add","path":"/extra/x","value":{"y":[1,2]}}]
PATCH /v1/runbooks/$a [{"op":"replace","path":"/steps/0/order","value":7}]
PATCH /v1/runbooks/$a [{"op":"add","path":"/steps/-","value":{"interface":"deploy","step":"y","args":{},"order":1}}]
PATCH /v1/runbooks/$a [{"op":"remove","path":"/steps/0"}]
PATCH /v1/runbooks/$a [{"op":"remove","path":"/extra"}]
PATCH /v1/runbooks/$a [{"op":"replace","path":"/description","value":"d"}]
PATCH /v1/runbooks/$a [{"op":"remove","path":"/description"}]
PATCH /v1/runbooks/$a [{"op":"replace","path":"/disable_ramdisk","value":true}]
PATCH /v1/runbooks/$a [{"op":"replace","path":"/disable_ramdisk","value":"true"}]
PATCH /v1/runbooks/$a [{"op":"replace","path":"/disable_ramdisk","value":null}]
PATCH /v1/runbooks/$a [{"op":"remove","path":"/disable_ramdisk"}]
GET /v1/runbooks/$a
DELETE /v1/runbooks/CUSTOM_C
DELETE /v1/runbooks/$a
DELETE /v1/runbooks
DELETE /v1/runbooks/not%20a%20name

story creations that are refused
POST /v1/runbooks {"name":"CUSTOM_A","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"CUSTOM_A","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"not a name","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":null,"steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":7,"steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"CUSTOM_D"}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":null}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[7]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"boot","step":"x","order":1}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"","order":1}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","args":null,"order":1}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x"}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":-1}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":""}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1,"priority":1}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1,"execute_on_child_nodes":true}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1},{"interface":"bios","step":"x","order":2}]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"nonsense":1}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"traits":["CUSTOM_A"]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"public":"yes"}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"disable_ramdisk":"no"}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"owner":7}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"extra":[]}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"uuid":"x"}
POST /v1/runbooks {"name":"CUSTOM_D","steps":[{"interface":"bios","step":"x","order":1}],"description":7}
POST /v1/runbooks []
POST /v1/runbooks
GET /v1/runbooks

story creations with odd members that are accepted
POST /v1/runbooks {"name":"detail","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"n1","public":null,"disable_ramdisk":null,"owner":null,"extra":null,"uuid":null,"description":null,"steps":[{"interface":"vendor","step":"x","order":1}]}
GET /v1/runbooks/n1
POST /v1/runbooks {"name":"n2","public":true,"steps":[{"interface":"power","step":"x","order":"007"}]}
POST /v1/runbooks {"name":"n3","public":true,"steps":[{"interface":"firmware","step":"x","order":1}]}
GET /v1/runbooks?detail=true

story names and owners that Ironic takes otherwise
POST /v1/runbooks {"name":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"n2","public":true,"owner":"p","steps":[{"interface":"power","step":"x","order":"007"}]}

story owners
POST /v1/runbooks {"name":"r","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","order":1}]}
PATCH /v1/runbooks/r [{"op":"replace","path":"/owner","value":"p"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/public","value":true}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/owner","value":"p"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/public","value":false},{"op":"replace","path":"/owner","value":"p"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/public","value":true},{"op":"replace","path":"/owner","value":"q"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/public","value":false}]
PATCH /v1/runbooks/r [{"op":"remove","path":"/owner"}]
PATCH /v1/runbooks/r [{"op":"remove","path":"/public"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/public","value":"yes"}]
GET /v1/runbooks/r

story patches that are refused
POST /v1/runbooks {"name":"r","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","args":{"password":"p"},"order":1}]}
POST /v1/runbooks {"name":"s","steps":[{"interface":"bios","step":"x","order":1}]}
PATCH /v1/runbooks/r [{"op":"replace","path":"/name","value":"s"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/name","value":"not a name"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/name","value":null}]
PATCH /v1/runbooks/r [{"op":"remove","path":"/name"}]
PATCH /v1/runbooks/r [{"op":"remove","path":"/steps"}]
PATCH /v1/runbooks/r [{"op":"remove","path":"/steps/0"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/steps/0/interface","value":"boot"}]
PATCH /v1/runbooks/r [{"op":"add","path":"/steps/-","value":{"interface":"bios","step":"x","order":3}}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/uuid","value":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]
PATCH /v1/runbooks/r [{"op":"add","path":"/traits/-","value":"CUSTOM_A"}]
PATCH /v1/runbooks/r [{"op":"replace","path":"/extra","value":null}]
PATCH /v1/runbooks/r []
PATCH /v1/runbooks/nobody [{"op":"replace","path":"/extra/a","value":1}]
GET /v1/runbooks/r

story lists
POST /v1/runbooks {"name":"b","uuid":"2be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"a","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","order":1}]}
GET /v1/runbooks?sort_key=name
GET /v1/runbooks?sort_key=owner&sort_dir=desc
GET /v1/runbooks?sort_key=extra
GET /v1/runbooks?sort_key=steps
GET /v1/runbooks?sort_key=traits
GET /v1/runbooks?sort_key=nonsense
GET /v1/runbooks?limit=1
GET /v1/runbooks?limit=1&detail=true
GET /v1/runbooks?limit=1&marker=2be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/runbooks?marker=a
GET /v1/runbooks?marker=3be26c0b-03f2-4d2e-ae87-c02d7f33c781
GET /v1/runbooks?fields=name,public,owner
GET /v1/runbooks?fields=nonsense
GET /v1/runbooks?fields=name&detail=true
GET /v1/runbooks?project=true
GET /v1/runbooks?project=p
GET /v1/runbooks?nonsense=1
GET /v1/runbooks/detail

story traits of runbooks
POST /v1/runbooks {"name":"r","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","steps":[{"interface":"bios","step":"x","order":1}]}
GET /v1/runbooks/r/traits
PUT /v1/runbooks/r/traits {"traits":["CUSTOM_B","CUSTOM_A","HW_CPU_X86_VMX"]}
GET /v1/runbooks/r/traits
GET /v1/runbooks/r
PUT /v1/runbooks/r/traits/CUSTOM_C
PUT /v1/runbooks/r/traits/CUSTOM_C
PUT /v1/runbooks/1be26c0b-03f2-4d2e-ae87-c02d7f33c781/traits/CUSTOM_D
PUT /v1/runbooks/r/traits/bad
PUT /v1/runbooks/r/traits/CUSTOM_E {"x":1}
PUT /v1/runbooks/r/traits/CUSTOM_E {"traits":["CUSTOM_F"]}
PUT /v1/runbooks/r/traits/CUSTOM_E {}
PUT /v1/runbooks/r/traits {"traits":["bad"]}
PUT /v1/runbooks/r/traits {"traits":"CUSTOM_A"}
PUT /v1/runbooks/r/traits {"traits":[],"x":1}
PUT /v1/runbooks/r/traits {}
PUT /v1/runbooks/r/traits
GET /v1/runbooks/r/traits/CUSTOM_A
GET /v1/runbooks/r/traits
DELETE /v1/runbooks/r/traits/CUSTOM_A
DELETE /v1/runbooks/r/traits/CUSTOM_A
DELETE /v1/runbooks/r/traits/bad
PUT /v1/runbooks/r/traits {"traits":["CUSTOM_A","CUSTOM_A"]}
GET /v1/runbooks/r/traits
DELETE /v1/runbooks/r/traits
GET /v1/runbooks/r/traits
DELETE /v1/runbooks/r/traits
PUT /v1/runbooks/r/traits {"traits":[]}
GET /v1/runbooks/nobody/traits
PUT /v1/runbooks/nobody/traits {"traits":[]}
at 1.91 1.92 1.111: GET /v1/runbooks/r/traits
at 1.91 1.111: PUT /v1/runbooks/r/traits {"traits":[]}
at 1.91 1.111: PUT /v1/runbooks/r/traits/CUSTOM_A
at 1.91 1.111: DELETE /v1/runbooks/r/traits

story versions of runbooks
POST /v1/runbooks {"name":"CUSTOM_A","uuid":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781","description":"d","steps":[{"interface":"bios","step":"x","order":1}]}
POST /v1/runbooks {"name":"free","steps":[{"interface":"bios","step":"x","order":1}]}
at 1.91 1.92 1.111 1.112: GET /v1/runbooks
at 1.91 1.92 1.111 1.112: GET /v1/runbooks/CUSTOM_A
at 1.92: GET /v1/runbooks/free
at 1.111: GET /v1/runbooks/CUSTOM_A?fields=description
at 1.111: GET /v1/runbooks/CUSTOM_A?fields=traits
at 1.91 1.92: POST /v1/runbooks {"name":"CUSTOM_B","steps":[{"interface":"bios","step":"x","order":1}]}
at 1.111: POST /v1/runbooks {"name":"lower","steps":[{"interface":"bios","step":"x","order":1}]}
at 1.111: POST /v1/runbooks {"name":"CUSTOM_D","description":"d","steps":[{"interface":"bios","step":"x","order":1}]}
at 1.91 1.92: PATCH /v1/runbooks/CUSTOM_A [{"op":"add","path":"/extra/a","value":1}]
at 1.111: PATCH /v1/runbooks/CUSTOM_A [{"op":"replace","path":"/description","value":"e"}]
at 1.111: PATCH /v1/runbooks/free [{"op":"add","path":"/extra/a","value":1}]
at 1.111: PATCH /v1/runbooks/free [{"op":"replace","path":"/name","value":"freer"}]
at 1.91 1.92: DELETE /v1/runbooks/CUSTOM_A

story use
node one manageable
node two active
POST /v1/runbooks {"name":"CUSTOM_R","steps":[{"interface":"deploy","step":"deploy","order":1}]}
POST /v1/runbooks {"name":"quiet","disable_ramdisk":true,"steps":[{"interface":"power","step":"reboot","order":1}]}
POST /v1/runbooks {"name":"wrong","steps":[{"interface":"bios","step":"no_such_step","order":1}]}
PUT /v1/runbooks/quiet/traits {"traits":["CUSTOM_Q"]}
PUT /v1/runbooks/wrong/traits {"traits":["CUSTOM_Q"]}
do one clean "runbook":"CUSTOM_R"
do one clean "runbook":"nobody"
do one clean "runbook":"not a name"
do one clean "runbook":7
do one clean "runbook":"quiet"
PUT /v1/nodes/one/traits {"traits":["CUSTOM_Q"]}
PUT /v1/nodes/two/traits {"traits":["CUSTOM_Q"]}
do one clean "runbook":"CUSTOM_R"
do one clean "runbook":"quiet"
do one clean "runbook":"quiet","disable_ramdisk":false
do one clean "runbook":"quiet","clean_steps":[{"interface":"deploy","step":"x"}]
do one manage "runbook":"quiet"
do one inspect "runbook":"quiet"
do one provide "runbook":"quiet"
do two active "runbook":"quiet"
do two service "runbook":"quiet"
do two service "runbook":"quiet","service_steps":[{"interface":"deploy","step":"x"}]
do two clean "runbook":"quiet"
GET /v1/nodes/two?fields=provision_state,service_step,last_error
do two service "runbook":"wrong"
GET /v1/nodes/two?fields=provision_state,maintenance,fault

story use in older versions
node one manageable
POST /v1/runbooks {"name":"CUSTOM_R","disable_ramdisk":true,"steps":[{"interface":"power","step":"reboot","order":1}]}
POST /v1/runbooks {"name":"free","disable_ramdisk":true,"steps":[{"interface":"power","step":"reboot","order":1}]}
version 1.91
do one clean "runbook":"CUSTOM_R"
version 1.111
do one clean "runbook":"CUSTOM_R"
PUT /v1/nodes/one/traits {"traits":["CUSTOM_R"]}
do one clean "runbook":"free"
do one clean "runbook":"CUSTOM_R"

story orders of a later version
at 1.111 1.112: GET /v1/runbooks?sort_key=description
