# openstacksdk and everything beside a node's life: each kind of thing is made, found, changed and removed.
from begin import baremetal, becomes, end, openstack, refused

NOT_FOUND = openstack.exceptions.NotFoundException


def patch(path, value):
    return [{"op": "add", "path": path, "value": value}]


chassis = baremetal.create_chassis(description="first")
assert baremetal.get_chassis(chassis.id).description == "first"
assert baremetal.update_chassis(chassis, description="second").description == "second"
assert baremetal.patch_chassis(chassis, patch("/extra/a", 1)).extra == {"a": 1}
assert [found.id for found in baremetal.chassis(details=True)] == [chassis.id]
assert baremetal.find_chassis(chassis.id).description == "second"

node = baremetal.create_node(driver="fake-hardware", name="one", chassis_id=chassis.id, network_interface="flat", resource_class="baremetal")
assert [found.name for found in baremetal.nodes(details=True, chassis_id=chassis.id)] == ["one"]
assert baremetal.patch_node(node, patch("/extra/rack", 8)).extra == {"rack": 8}
assert baremetal.find_node("one").id == node.id
other = baremetal.create_node(driver="fake-hardware", name="two", shard="s1", owner="me", parent_node=node.id)
assert other.shard == "s1" and other.owner == "me" and other.parent_node == node.id, other
assert [found.name for found in baremetal.nodes(shard="s1", include_children=True)] == ["two"]
driver = baremetal.get_driver("fake-hardware")
assert driver.default_deploy_interface == "fake", driver
assert baremetal.list_driver_vendor_passthru("fake-hardware") == {}

group = baremetal.create_port_group(node_id=node.id, name="bond", address="52:54:00:AA:CC:01", mode="802.3ad")
assert group.address == "52:54:00:aa:cc:01", group
assert baremetal.get_port_group("bond").mode == "802.3ad"
assert baremetal.find_port_group("bond").id == group.id
assert baremetal.update_port_group(group, mode="active-backup").mode == "active-backup"
assert baremetal.patch_port_group(group, patch("/extra/a", 1)).extra == {"a": 1}
assert [found.name for found in baremetal.port_groups(node=node.id)] == ["bond"]
port = baremetal.create_port(node_id=node.id, address="52:54:00:AA:BB:02", port_group_id=group.id, is_pxe_enabled=True)
assert port.address == "52:54:00:aa:bb:02" and port.port_group_id == group.id, port
assert baremetal.get_port(port.id).is_pxe_enabled
assert baremetal.find_port(port.id).id == port.id
assert baremetal.update_port(port, physical_network="net1").physical_network == "net1"
assert baremetal.patch_port(port, patch("/extra/a", 1)).extra == {"a": 1}
assert [found.id for found in baremetal.ports(address="52:54:00:aa:bb:02")] == [port.id]

baremetal.attach_vif_to_node(node, "vif-1", port_group=group)
assert baremetal.list_node_vifs(node) == ["vif-1"]
refused(openstack.exceptions.ConflictException, "vif-1", baremetal.attach_vif_to_node, node, "vif-1", retry_on_conflict=False)
assert baremetal.detach_vif_from_node(node, "vif-1") is True
assert baremetal.list_node_vifs(node) == []
assert baremetal.detach_vif_from_node(node, "vif-1") is False
baremetal.delete_port(port)
refused(NOT_FOUND, port.id, baremetal.get_port, port.id)
baremetal.delete_port_group(group)
assert baremetal.find_port_group("bond") is None

baremetal.set_node_power_state(node, "power off", wait=True, timeout=60)
connector = baremetal.create_volume_connector(node_id=node.id, type="iqn", connector_id="iqn.2026-01.example:one")
assert baremetal.get_volume_connector(connector.id).type == "iqn"
assert baremetal.find_volume_connector(connector.id).id == connector.id
assert baremetal.update_volume_connector(connector, extra={"a": 1}).extra == {"a": 1}
assert baremetal.patch_volume_connector(connector, patch("/extra/b", 2)).extra == {"a": 1, "b": 2}
assert [found.id for found in baremetal.volume_connectors(node=node.id)] == [connector.id]
target = baremetal.create_volume_target(node_id=node.id, volume_type="iscsi", volume_id="v1", boot_index=0)
assert baremetal.get_volume_target(target.id).volume_id == "v1"
assert baremetal.find_volume_target(target.id).id == target.id
assert baremetal.update_volume_target(target, boot_index=1).boot_index == 1
assert baremetal.patch_volume_target(target, patch("/extra/b", 2)).extra == {"b": 2}
assert [found.id for found in baremetal.volume_targets(details=True)] == [target.id]
baremetal.delete_volume_target(target)
baremetal.delete_volume_connector(connector)
assert list(baremetal.volume_targets()) == [] and list(baremetal.volume_connectors()) == []

baremetal.add_node_trait(node, "CUSTOM_A")
baremetal.set_node_traits(node, ["CUSTOM_B", "CUSTOM_C"])
assert sorted(baremetal.get_node(node).traits) == ["CUSTOM_B", "CUSTOM_C"]
assert baremetal.remove_node_trait(node, "CUSTOM_C") is True
assert baremetal.get_node(node).traits == ["CUSTOM_B"]
refused(NOT_FOUND, "CUSTOM_C", baremetal.remove_node_trait, node, "CUSTOM_C")

STEPS = [{"interface": "bios", "step": "apply_configuration", "args": {"settings": []}}]
template = baremetal.create_deploy_template(name="CUSTOM_T", steps=[{**STEPS[0], "priority": 150}])
assert baremetal.get_deploy_template("CUSTOM_T").steps[0]["priority"] == 150
assert baremetal.find_deploy_template("CUSTOM_T").id == template.id
assert baremetal.update_deploy_template(template, extra={"a": 1}).extra == {"a": 1}
assert baremetal.patch_deploy_template(template, patch("/extra/b", 2)).extra == {"a": 1, "b": 2}
assert [found.name for found in baremetal.deploy_templates()] == ["CUSTOM_T"]
baremetal.delete_deploy_template(template)
assert baremetal.find_deploy_template("CUSTOM_T") is None
runbook = baremetal.create_runbook(name="CUSTOM_R", steps=[{**STEPS[0], "order": 1}])
assert baremetal.get_runbook("CUSTOM_R").steps[0]["order"] == 1
assert baremetal.update_runbook(runbook, extra={"a": 1}).extra == {"a": 1}
assert baremetal.patch_runbook(runbook, patch("/extra/b", 2)).extra == {"a": 1, "b": 2}
baremetal.set_runbook_traits(runbook, ["CUSTOM_B", "CUSTOM_C"])
baremetal.add_runbook_trait(runbook, "CUSTOM_D")
baremetal.remove_runbook_trait(runbook, "CUSTOM_C")
assert sorted(baremetal.get_runbook("CUSTOM_R").traits) == ["CUSTOM_B", "CUSTOM_D"]
assert [found.name for found in baremetal.runbooks()] == ["CUSTOM_R"]
baremetal.set_node_provision_state(node, "manage", wait=True, timeout=60)
# At the newest version that the SDK speaks, a node takes a runbook whose name is one of its traits.
baremetal.add_node_trait(node, "CUSTOM_R")
# The SDK's proxy does not pass a runbook on; its node does.
cleaned = baremetal.get_node(node).set_provision_state(baremetal.proxy, "clean", runbook="CUSTOM_R", wait=True, timeout=60)
assert cleaned.provision_state == "manageable" and not cleaned.last_error, cleaned
baremetal.delete_runbook(runbook)
assert list(baremetal.runbooks()) == []

ACTIONS = [{"op": "set-attribute", "args": {"path": "/extra/rule", "value": "yes"}}]
rule = baremetal.create_inspection_rule(description="first", actions=ACTIONS, conditions=[])
assert baremetal.get_inspection_rule(rule.id).description == "first"
assert baremetal.update_inspection_rule(rule, description="second").description == "second"
assert baremetal.patch_inspection_rule(rule, patch("/priority", 7)).priority == 7
assert [found.id for found in baremetal.inspection_rules()] == [rule.id]
baremetal.delete_inspection_rule(rule)
assert list(baremetal.inspection_rules()) == []

baremetal.set_node_provision_state(node, "provide", wait=True, timeout=60)
allocation = baremetal.create_allocation(name="a", resource_class="baremetal", traits=["CUSTOM_B"])
allocation = baremetal.wait_for_allocation(allocation, timeout=60)
assert allocation.state == "active" and allocation.node_id == node.id, allocation
assert baremetal.get_allocation("a").node_id == node.id
assert baremetal.update_allocation(allocation, extra={"a": 1}).extra == {"a": 1}
assert baremetal.patch_allocation(allocation, patch("/extra/b", 2)).extra == {"a": 1, "b": 2}
assert [found.name for found in baremetal.allocations(state="active")] == ["a"]
assert baremetal.get_node(node).instance_id == allocation.id
baremetal.delete_allocation(allocation)
assert list(baremetal.allocations()) == []
impossible = baremetal.create_allocation(name="b", resource_class="nowhere")
failed = baremetal.wait_for_allocation(impossible, timeout=60, ignore_error=True)
assert failed.state == "error" and "nowhere" in failed.last_error, failed

# Fake hardware boots from the network only, as Ironic's does.
baremetal.set_node_boot_device(node, "pxe", persistent=True)
assert baremetal.get_node_boot_device(node)["boot_device"] == "pxe"
assert baremetal.get_node_supported_boot_devices(node)["supported_boot_devices"] == ["pxe"]
baremetal.enable_node_console(node)
becomes(node, is_console_enabled=True)
assert baremetal.get_node_console(node)["console_enabled"] is True
baremetal.disable_node_console(node)
becomes(node, is_console_enabled=False)
methods = baremetal.list_node_vendor_passthru(node)
assert "second_method" in methods, methods
called = baremetal.call_node_vendor_passthru(node, "POST", "second_method", {"bar": "kazoo"})
assert called.status_code == 202, called
assert baremetal.list_node_firmware(node) == {"firmware": []}

(conductor,) = baremetal.conductors()
assert conductor.hostname == "hammerscale" and conductor.alive, conductor
assert "fake-hardware" in baremetal.get_conductor("hammerscale").drivers
assert baremetal.wait_for_status(baremetal.get_node(node), "available", attribute="provision_state", wait=60).name == "one"
baremetal.delete_node("two")
baremetal.delete_node(node)
baremetal.wait_for_delete(node, wait=60)
baremetal.delete_chassis(chassis)
assert baremetal.find_chassis(chassis.id) is None
end()
