# openstacksdk against the daemon: what a program would do with a node's life.
import sys

import openstack

connection = openstack.connect(auth_type="none", endpoint=sys.argv[1], baremetal_endpoint_override=sys.argv[1])
baremetal = connection.baremetal

assert any(driver.name == "fake-hardware" for driver in baremetal.drivers())
node = baremetal.create_node(driver="fake-hardware", name="sdk", provision_state="manageable")
assert node.provision_state == "manageable", node.provision_state
port = baremetal.create_port(node_id=node.id, address="52:54:00:AA:BB:02")
assert port.address == "52:54:00:aa:bb:02", port.address
node = baremetal.update_node(node, extra={"rack": 8})
assert baremetal.get_node("sdk").extra == {"rack": 8}
baremetal.set_node_provision_state(node, "inspect", wait=True, timeout=60)
baremetal.set_node_provision_state(node, "provide", wait=True, timeout=60)
node = baremetal.update_node(node, instance_info={"image_source": "http://192.0.2.1/image"})
node = baremetal.set_node_provision_state(node, "active", config_drive={"meta_data": {"hostname": "sdk"}}, wait=True, timeout=60)
assert node.provision_state == "active", node.provision_state
baremetal.set_node_power_state(node, "rebooting", wait=True, timeout=60)
assert baremetal.get_node(node.id).power_state == "power on"
# Fake hardware boots from the network only, as Ironic's does.
baremetal.set_node_boot_device(node, "pxe", persistent=True)
device = baremetal.get_node_boot_device(node)
assert device["boot_device"] == "pxe", device
try:
    baremetal.set_node_boot_device(node, "disk")
    raise SystemExit("a boot device that the machine does not have was accepted")
except openstack.exceptions.BadRequestException as error:
    assert "disk" in str(error), error
assert [n.name for n in baremetal.nodes(provision_state="active")] == ["sdk"]
assert [n.name for n in baremetal.nodes(details=True)] == ["sdk"]
baremetal.set_node_provision_state(node, "deleted", wait=True, timeout=60)
try:
    baremetal.set_node_provision_state(node, "rescue", rescue_password="x")
    raise SystemExit("a verb that is not possible was accepted")
except openstack.exceptions.BadRequestException as error:
    assert "rescue" in str(error), error
baremetal.delete_node(node)
assert baremetal.find_node("sdk") is None
print("openstacksdk: all good")
