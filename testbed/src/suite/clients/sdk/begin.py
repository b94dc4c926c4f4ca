# What every script of openstacksdk's begins with: a connection, and notes of which of the SDK's methods were called.
import json
import os
import time

import openstack
from openstack.baremetal.v1 import _proxy

ENDPOINT = os.environ["ENDPOINT"]
# Refusals are looked at, not asked for again.
connection = openstack.connect(
    auth_type="none",
    endpoint=ENDPOINT,
    baremetal_endpoint_override=ENDPOINT,
    baremetal_status_code_retries=0,
)
CALLED = set()


class Noting:
    """The proxy of the bare metal service; it notes what is called."""

    def __init__(self, proxy):
        self.proxy = proxy

    def __getattr__(self, name):
        CALLED.add(name)
        return getattr(self.proxy, name)


baremetal = Noting(connection.baremetal)


def refused(kind, text, call, *arguments, **named):
    """The call is refused with this kind of error, and its text names the thing."""
    try:
        call(*arguments, **named)
    except kind as error:
        assert text in str(error), f"{text!r} is not in: {error}"
    else:
        raise SystemExit(f"it was not refused: {call} {arguments} {named}")


def becomes(node, **wanted):
    """Waits until the node has these values."""
    until = time.monotonic() + 60
    while True:
        found = baremetal.get_node(node.id)
        if all(getattr(found, name) == value for name, value in wanted.items()):
            return found
        assert time.monotonic() < until, f"{wanted} is not reached: {found}"
        time.sleep(0.1)


def end():
    offered = [name for name, value in vars(_proxy.Proxy).items() if callable(value) and not name.startswith("_")]
    print(json.dumps({"called": sorted(CALLED), "offered": offered}))
