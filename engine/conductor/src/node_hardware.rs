//! What may be asked of one node's hardware besides power and boot device. What only the node's record knows is written in its turn; what
//! changes the machine is an effect; what the node's driver cannot do is refused in Ironic's words.

use crate::conductor::Conductor;
use crate::hardware::VendorInterface;
use crate::validate::unsupported;
use crate::vifs;
use async_trait::async_trait;
use lifecycle::Fact;
use model::{InterfaceKind as K, Node, Object, Outcome, Refusal, RefusalKind, StateClass};
use ports::engine::EngineError;
use ports::hardware::{
    ConsoleState, FirmwareMode, Indicator, MediaChange, NodeHardware, VendorAnswer, VendorCall,
    VendorMethod, VifRequest,
};
use uuid::Uuid;

fn invalid(text: String) -> EngineError {
    Refusal::new(RefusalKind::Invalid, text).into()
}

impl Conductor {
    /// The node, when the engine is not working on it.
    async fn idle(&self, uuid: Uuid) -> Result<Node, EngineError> {
        let node = self.load(uuid).await?;
        lifecycle::judge_idle(&node)?;
        Ok(node)
    }

    /// Writes a node's record anew, in the node's turn.
    async fn rewrite(
        &self,
        uuid: Uuid,
        change: impl FnOnce(&mut Node) + Send,
    ) -> Result<(), EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        let before = self.load(uuid).await?;
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.commit_edit(&before, after).await?;
        }
        Ok(())
    }

    fn vendor_of(&self, node: &Node) -> Result<Option<&dyn VendorInterface>, EngineError> {
        let offered = self.inner.hardware.find(&node.driver)?.vendor();
        Ok(offered.filter(|_| node.interface(K::Vendor) != "no-vendor"))
    }

    /// The lights of a node whose management interface shows them.
    fn lights_of(
        &self,
        node: &Node,
        feature: &str,
    ) -> Result<&dyn crate::hardware::Lights, EngineError> {
        let shown = node.interface(K::Management) == "fake";
        let lights = self.inner.hardware.find(&node.driver)?.lights();
        let lights = lights.filter(|_| shown);
        lights.ok_or_else(|| unsupported(node, feature).into())
    }

    /// Lets the time of an interface's pretended work pass.
    async fn pass(&self, node: &Node, kind: K) -> Result<(), EngineError> {
        let delay = self.inner.hardware.find(&node.driver)?.delay(kind);
        if let Some(delay) = delay.filter(|delay| !delay.is_zero()) {
            let clock = &self.inner.clock;
            clock.sleep_until(clock.now() + delay).await;
        }
        Ok(())
    }
}

#[async_trait]
impl NodeHardware for Conductor {
    async fn console(&self, uuid: Uuid) -> Result<ConsoleState, EngineError> {
        let node = self.load(uuid).await?;
        Ok(ConsoleState {
            enabled: node.console_enabled,
            access: node.console_enabled.then(|| Object::new().into()),
        })
    }

    async fn set_console(&self, uuid: Uuid, enabled: bool) -> Result<(), EngineError> {
        let node = self.load(uuid).await?;
        let has = self.inner.hardware.find(&node.driver)?.has_console();
        if !has || node.interface(K::Console) == "no-console" {
            return Err(unsupported(&node, "console").into());
        }
        let change = move |node: &mut Node| {
            if node.console_enabled != enabled {
                node.console_enabled = enabled;
                node.last_error = None;
            }
        };
        self.rewrite(uuid, change).await
    }

    async fn indicators(&self, uuid: Uuid) -> Result<Vec<Indicator>, EngineError> {
        let node = self.idle(uuid).await?;
        let lights = self.lights_of(&node, "get_supported_indicators")?;
        self.pass(&node, K::Management).await?;
        Ok(lights.all().to_vec())
    }

    async fn indicator(
        &self,
        uuid: Uuid,
        component: &str,
        name: &str,
    ) -> Result<&'static str, EngineError> {
        let node = self.idle(uuid).await?;
        let lights = self.lights_of(&node, "get_indicator_state")?;
        self.pass(&node, K::Management).await?;
        let all = lights.all();
        let here = |light: &&Indicator| light.component == component;
        if !all.iter().any(|light| here(&light)) {
            return Err(invalid(format!("Invalid component {component} specified.")));
        }
        let light = all.iter().filter(here).find(|light| light.name == name);
        let light = light.ok_or_else(|| invalid(format!("Invalid indicator {name} specified.")))?;
        Ok(lights.state(light))
    }

    async fn set_indicator(
        &self,
        uuid: Uuid,
        _component: &str,
        _name: &str,
        _state: &str,
    ) -> Result<(), EngineError> {
        let node = self.idle(uuid).await?;
        Err(unsupported(&node, "set_indicator_state").into())
    }

    async fn inject_nmi(&self, uuid: Uuid) -> Result<(), EngineError> {
        let node = self.load(uuid).await?;
        if matches!(node.interface(K::Management), "noop" | "fake") {
            return Err(unsupported(&node, "inject_nmi").into());
        }
        match self.change_live(uuid, Fact::InjectNmi).await? {
            Outcome::Failed(failure) => Err(EngineError::Hardware(failure.message)),
            _ => Ok(()),
        }
    }

    async fn set_firmware_mode(&self, uuid: Uuid, mode: FirmwareMode) -> Result<(), EngineError> {
        let node = self.idle(uuid).await?;
        let class = node.provision_state.class();
        if matches!(class, StateClass::Working | StateClass::Waiting) {
            let text = format!(
                "Can not change boot mode or secure boot of node {uuid} in state \"{}\".",
                node.provision_state
            );
            return Err(Refusal::new(RefusalKind::WrongState, text).into());
        }
        let (what, feature) = match mode {
            FirmwareMode::Boot(mode) => (format!("boot mode to '{mode}'"), "set_boot_mode"),
            FirmwareMode::SecureBoot(on) => {
                (format!("secure boot to '{on}'"), "set_secure_boot_state")
            }
        };
        let reason = unsupported(&node, feature).message;
        let error = format!("Failed to change {what}: {reason}");
        self.rewrite(uuid, |node| node.last_error = Some(error))
            .await
    }

    async fn virtual_media(&self, uuid: Uuid) -> Result<Vec<Object>, EngineError> {
        let node = self.load(uuid).await?;
        Err(unsupported(&node, "get_virtual_media").into())
    }

    async fn change_virtual_media(
        &self,
        uuid: Uuid,
        change: MediaChange,
    ) -> Result<(), EngineError> {
        let node = self.idle(uuid).await?;
        let (what, feature) = match change {
            MediaChange::Attach { device, .. } => {
                (format!("attach device {device} to"), "attach_virtual_media")
            }
            MediaChange::Detach { devices } if devices.is_empty() => {
                ("detach all devices from".to_owned(), "detach_virtual_media")
            }
            MediaChange::Detach { devices } => (
                format!("detach device(s) {} from", devices.join(", ")),
                "detach_virtual_media",
            ),
        };
        let reason = unsupported(&node, feature).message;
        let error = format!("Could not {what} node {uuid}: {reason}");
        self.rewrite(uuid, |node| node.last_error = Some(error))
            .await
    }

    async fn vifs(&self, uuid: Uuid) -> Result<Vec<String>, EngineError> {
        vifs::list(self, &self.load(uuid).await?).await
    }

    async fn attach_vif(&self, uuid: Uuid, request: VifRequest) -> Result<(), EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        vifs::attach(self, &self.idle(uuid).await?, &request).await
    }

    async fn detach_vif(&self, uuid: Uuid, id: &str) -> Result<(), EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        vifs::detach(self, &self.idle(uuid).await?, id).await
    }

    async fn vendor_methods(&self, uuid: Uuid) -> Result<Vec<VendorMethod>, EngineError> {
        let node = self.load(uuid).await?;
        let vendor = self.vendor_of(&node)?;
        Ok(vendor.map_or_else(Vec::new, |vendor| vendor.methods().to_vec()))
    }

    async fn call_vendor(&self, uuid: Uuid, call: VendorCall) -> Result<VendorAnswer, EngineError> {
        let node = self.load(uuid).await?;
        let unknown = || invalid(format!("No handler for method {}", call.method));
        let vendor = self.vendor_of(&node)?.ok_or_else(unknown)?;
        let mut methods = vendor.methods().iter();
        let method = methods.find(|method| method.name == call.method);
        let method = method.ok_or_else(unknown)?;
        check_call(method, &call)?;
        if method.exclusive {
            lifecycle::judge_idle(&node)?;
        }
        let answer = vendor.call(method, &call.arguments);
        if method.asynchronous {
            return Ok(VendorAnswer::Begun);
        }
        self.pass(&node, K::Vendor).await?;
        Ok(VendorAnswer::Value(answer))
    }
}

fn check_call(method: &VendorMethod, call: &VendorCall) -> Result<(), EngineError> {
    let name = method.name;
    if !method.http_methods.contains(&call.http_method.as_str()) {
        return Err(invalid(format!(
            "The method {name} does not support HTTP {}",
            call.http_method
        )));
    }
    let Some(arguments) = method.arguments else {
        return Ok(());
    };
    let empty = |key: &&&str| {
        let value = call.arguments.get(**key);
        value.is_none_or(|value| value.is_null() || value == "")
    };
    if let Some(missing) = arguments.iter().find(empty) {
        return Err(invalid(format!(
            "Parameter '{missing}' not passed to method '{name}'."
        )));
    }
    let mut given = call.arguments.keys();
    match given.find(|key| !arguments.contains(&key.as_str())) {
        Some(unknown) => Err(invalid(format!(
            "Method '{name}' has no parameter '{unknown}'."
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    const METHOD: VendorMethod = VendorMethod {
        name: "compare",
        http_methods: &["POST"],
        asynchronous: false,
        description: "Compares.",
        exclusive: true,
        arguments: Some(&["bar"]),
    };

    #[test]
    fn a_call_is_checked_before_anything_is_done() {
        let checked = |verb: &str, arguments: serde_json::Value| {
            let call = VendorCall {
                http_method: verb.into(),
                method: "compare".into(),
                arguments: arguments.as_object().unwrap().clone(),
            };
            check_call(&METHOD, &call).map_err(|error| error.to_string())
        };
        assert_eq!(checked("POST", json!({"bar": "x"})), Ok(()));
        for (verb, arguments, told) in [
            ("GET", json!({"bar": "x"}), "GET"),
            ("POST", json!({}), "'bar'"),
            ("POST", json!({"bar": ""}), "'bar'"),
            ("POST", json!({"bar": null}), "'bar'"),
            ("POST", json!({"bar": "x", "more": 1}), "'more'"),
        ] {
            let error = checked(verb, arguments).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
