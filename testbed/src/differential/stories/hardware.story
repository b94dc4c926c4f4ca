# Hardware types beside the fake one: what of them is enabled, what they read of driver_info, what validation says of each interface, and
# changes of driver and interfaces. Nothing answers at their BMCs' addresses.

story drivers
GET /v1/drivers
GET /v1/drivers?detail=true
GET /v1/drivers?fields=name,hosts
GET /v1/drivers?type=classic
GET /v1/drivers?type=dynamic
GET /v1/drivers/redfish
GET /v1/drivers/idrac
GET /v1/drivers/manual-management
GET /v1/drivers/ipmi
GET /v1/drivers/snmp
GET /v1/drivers/redfish/properties
GET /v1/drivers/idrac/properties
GET /v1/drivers/manual-management/properties
GET /v1/drivers/ipmi/properties
GET /v1/drivers/redfish/raid/logical_disk_properties
GET /v1/drivers/manual-management/raid/logical_disk_properties
GET /v1/drivers/redfish/vendor_passthru/methods
GET /v1/drivers/idrac/vendor_passthru/methods
at 1.1 1.14 1.29 1.30 1.33 1.40 1.85 1.86: GET /v1/drivers/redfish

story redfish without driver_info
POST /v1/nodes {"driver":"redfish","name":"one"}
keep one /uuid
GET /v1/nodes/one
GET /v1/nodes/one/validate
do one manage
settle one
GET /v1/nodes/one
PUT /v1/nodes/one/states/power {"target":"power on"}
GET /v1/nodes/one/management/boot_device/supported
GET /v1/nodes/one/vendor_passthru/methods
PUT /v1/nodes/one/states/console {"enabled":true}
GET /v1/nodes/one/states/console
GET /v1/nodes/one/bios
GET /v1/nodes/one/firmware

story redfish with good driver_info
POST /v1/nodes {"driver":"redfish","name":"one","driver_info":{"redfish_address":"https://192.0.2.1","redfish_username":"u","redfish_password":"p"}}
keep one /uuid
GET /v1/nodes/one/validate
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01","pxe_enabled":false}
GET /v1/nodes/one/validate
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:02"}
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"add","path":"/driver_info/redfish_system_id","value":"/redfish/v1/Systems/1"}]
PATCH /v1/nodes/one [{"op":"add","path":"/driver_info/redfish_verify_ca","value":false}]
PATCH /v1/nodes/one [{"op":"add","path":"/driver_info/redfish_auth_type","value":"basic"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info/redfish_address","value":"192.0.2.1"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info/redfish_address","value":"https://[2001:db8::1]:8443"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info/redfish_address","value":"http://bmc.example.com:8000/prefix"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info/redfish_verify_ca","value":"yes"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info/redfish_tls_minimum_version","value":"1.2"},{"op":"add","path":"/driver_info/unknown_key","value":1}]
GET /v1/nodes/one/validate
GET /v1/nodes/one
PATCH /v1/nodes/one [{"op":"remove","path":"/driver_info/redfish_password"}]
GET /v1/nodes/one/validate

story redfish with wrong driver_info
POST /v1/nodes {"driver":"redfish","name":"one","driver_info":{"redfish_address":""}}
keep one /uuid
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":null}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":7}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"https://"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"https://a b"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"192.0.2.1","redfish_auth_type":"kerberos"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"192.0.2.1","redfish_auth_type":7}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"192.0.2.1","redfish_verify_ca":"/no/such/file"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"192.0.2.1","redfish_verify_ca":7}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"192.0.2.1","redfish_system_id":7}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"192.0.2.1","redfish_tls_minimum_version":"0.9"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":{"redfish_address":"192.0.2.1","image_http_proxy":"not a url"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/driver_info","value":7}]
PATCH /v1/nodes/one [{"op":"remove","path":"/driver_info"}]
GET /v1/nodes/one/validate
POST /v1/nodes {"driver":"redfish","driver_info":[]}
POST /v1/nodes {"driver":"redfish","driver_info":null}

story what a deployment needs
POST /v1/nodes {"driver":"redfish","name":"one","driver_info":{"redfish_address":"192.0.2.1"},"instance_info":{"image_source":"http://192.0.2.9/i.raw"}}
keep one /uuid
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"add","path":"/instance_info/image_checksum","value":"d41d8cd98f00b204e9800998ecf8427e"}]
GET /v1/nodes/one/validate
POST /v1/ports {"node_uuid":"$one","address":"52:54:00:aa:bb:01"}
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"remove","path":"/instance_info/image_checksum"},{"op":"add","path":"/instance_info/image_os_hash_algo","value":"sha256"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"add","path":"/properties/root_device","value":{"nonsense":"x"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"add","path":"/properties/root_device","value":{"size":"many"}}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"add","path":"/properties/capabilities","value":"no colon"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"add","path":"/instance_info/traits","value":["CUSTOM_A"]}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/deploy_interface","value":"custom-agent"}]
GET /v1/nodes/one/validate

story idrac
POST /v1/nodes {"driver":"idrac","name":"one"}
keep one /uuid
GET /v1/nodes/one
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"add","path":"/driver_info/redfish_address","value":"https://192.0.2.1"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/power_interface","value":"redfish"}]
GET /v1/nodes/one/validate
PATCH /v1/nodes/one [{"op":"replace","path":"/management_interface","value":"redfish"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/management_interface","value":"noop"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/power_interface"}]
GET /v1/nodes/one

story manual management
POST /v1/nodes {"driver":"manual-management","name":"one"}
keep one /uuid
GET /v1/nodes/one
GET /v1/nodes/one/validate
GET /v1/nodes/one/management/boot_device/supported
do one manage
settle one
GET /v1/nodes/one/management/boot_device
PUT /v1/nodes/one/management/boot_device {"boot_device":"pxe"}
PUT /v1/nodes/one/management/boot_device {"boot_device":"cdrom"}
PATCH /v1/nodes/one [{"op":"replace","path":"/management_interface","value":"fake"}]
GET /v1/nodes/one/management/boot_device/supported
PATCH /v1/nodes/one [{"op":"replace","path":"/power_interface","value":"agent"}]
PUT /v1/nodes/one/management/inject_nmi {}
PUT /v1/nodes/one/states/boot_mode {"target":"uefi"}
GET /v1/nodes/one/vendor_passthru/methods
POST /v1/nodes/one/vendor_passthru/x {}
GET /v1/nodes/one/vmedia
PUT /v1/nodes/one/states/raid {}
PUT /v1/nodes/one/states/raid {"logical_disks":[{"size_gb":100,"raid_level":"1"}]}
do one rescue "rescue_password":"secret12"
do one provide

story interfaces that are not enabled
POST /v1/nodes {"driver":"redfish","power_interface":"fake"}
POST /v1/nodes {"driver":"redfish","power_interface":"ipmitool"}
POST /v1/nodes {"driver":"redfish","power_interface":"nonsense"}
POST /v1/nodes {"driver":"redfish","bios_interface":"redfish"}
POST /v1/nodes {"driver":"redfish","boot_interface":"redfish-virtual-media"}
POST /v1/nodes {"driver":"redfish","deploy_interface":"fake"}
POST /v1/nodes {"driver":"redfish","deploy_interface":"anaconda"}
POST /v1/nodes {"driver":"redfish","network_interface":"neutron"}
POST /v1/nodes {"driver":"redfish","storage_interface":"cinder"}
POST /v1/nodes {"driver":"redfish","vendor_interface":"redfish"}
POST /v1/nodes {"driver":"redfish","management_interface":"idrac-redfish"}
POST /v1/nodes {"driver":"idrac","management_interface":"noop"}
POST /v1/nodes {"driver":"manual-management","power_interface":"redfish"}
POST /v1/nodes {"driver":"manual-management","inspect_interface":"fake"}
POST /v1/nodes {"driver":"ipmi"}
POST /v1/nodes {"driver":"snmp"}
POST /v1/nodes {"driver":"redfish","power_interface":null}
POST /v1/nodes {"driver":"redfish","power_interface":""}
POST /v1/nodes {"driver":"redfish","power_interface":7}
GET /v1/nodes

story changes of the driver
POST /v1/nodes {"driver":"redfish","name":"one","driver_info":{"redfish_address":"192.0.2.1"}}
keep one /uuid
PATCH /v1/nodes/one [{"op":"replace","path":"/driver","value":"manual-management"}]
PATCH /v1/nodes/one?reset_interfaces=true [{"op":"replace","path":"/driver","value":"manual-management"}]
GET /v1/nodes/one
PATCH /v1/nodes/one [{"op":"replace","path":"/driver","value":"redfish"},{"op":"replace","path":"/power_interface","value":"redfish"},{"op":"replace","path":"/management_interface","value":"redfish"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/driver","value":"idrac"},{"op":"remove","path":"/management_interface"}]
PATCH /v1/nodes/one?reset_interfaces=true [{"op":"replace","path":"/driver","value":"fake-hardware"},{"op":"replace","path":"/inspect_interface","value":"no-inspect"}]
GET /v1/nodes/one
PATCH /v1/nodes/one?reset_interfaces=true [{"op":"replace","path":"/driver","value":"snmp"}]
PATCH /v1/nodes/one?reset_interfaces=true [{"op":"replace","path":"/name","value":"two"}]
PATCH /v1/nodes/one [{"op":"remove","path":"/driver"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/driver","value":null}]
PATCH /v1/nodes/one [{"op":"replace","path":"/deploy_interface","value":"anaconda"}]
PATCH /v1/nodes/one [{"op":"replace","path":"/deploy_interface","value":null}]
GET /v1/nodes/one
GET /v1/nodes?driver=fake-hardware
GET /v1/nodes?driver=redfish

story no ramdisk
POST /v1/nodes {"driver":"manual-management","name":"one"}
keep one /uuid
do one manage
settle one
do one clean "clean_steps":[{"interface":"power","step":"reboot"}],"disable_ramdisk":true
settle one
GET /v1/nodes/one?fields=provision_state,target_provision_state
