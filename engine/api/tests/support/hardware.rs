//! The hardware of the engine in memory: a light, a vendor's method, and virtual network interfaces that are written down.

use super::Fake;
use async_trait::async_trait;
use model::{Object, Refusal, RefusalKind};
use ports::engine::EngineError;
use ports::hardware::{
    ConsoleState, FirmwareMode, Indicator, MediaChange, NodeHardware, VendorAnswer, VendorCall,
    VendorMethod, VifRequest,
};
use serde_json::json;
use uuid::Uuid;

const LIGHT: Indicator = Indicator {
    component: "system",
    name: "led",
    readonly: false,
    states: &["off", "on"],
};

fn unsupported(feature: &str) -> EngineError {
    let text =
        format!("Driver fake-hardware does not support {feature} (disabled or not implemented).");
    Refusal::new(RefusalKind::Invalid, text).into()
}

#[async_trait]
impl NodeHardware for Fake {
    async fn console(&self, node: Uuid) -> Result<ConsoleState, EngineError> {
        let enabled = self.node(node).console_enabled;
        Ok(ConsoleState {
            enabled,
            access: enabled.then(|| json!({})),
        })
    }

    async fn set_console(&self, node: Uuid, enabled: bool) -> Result<(), EngineError> {
        self.change(node, |node| node.console_enabled = enabled);
        Ok(())
    }

    async fn indicators(&self, _: Uuid) -> Result<Vec<Indicator>, EngineError> {
        Ok(vec![LIGHT])
    }

    async fn indicator(
        &self,
        _: Uuid,
        component: &str,
        name: &str,
    ) -> Result<&'static str, EngineError> {
        match (component, name) {
            ("system", "led") => Ok("on"),
            _ => Err(unsupported(name)),
        }
    }

    async fn set_indicator(
        &self,
        _: Uuid,
        component: &str,
        name: &str,
        state: &str,
    ) -> Result<(), EngineError> {
        match (component, name, state) {
            ("system", "led", "on" | "off") => Ok(()),
            _ => Err(unsupported("set_indicator_state")),
        }
    }

    async fn inject_nmi(&self, _: Uuid) -> Result<(), EngineError> {
        Err(unsupported("inject_nmi"))
    }

    async fn set_firmware_mode(&self, node: Uuid, mode: FirmwareMode) -> Result<(), EngineError> {
        self.change(node, |node| match mode {
            FirmwareMode::Boot(mode) => node.boot_mode = Some(mode),
            FirmwareMode::SecureBoot(on) => node.secure_boot = Some(on),
        });
        Ok(())
    }

    async fn virtual_media(&self, _: Uuid) -> Result<Vec<Object>, EngineError> {
        Err(unsupported("get_virtual_media"))
    }

    async fn change_virtual_media(
        &self,
        node: Uuid,
        change: MediaChange,
    ) -> Result<(), EngineError> {
        let told = match change {
            MediaChange::Attach { device, image_url } => format!("{device} {image_url}"),
            MediaChange::Detach { devices } => format!("without {}", devices.join(" ")),
        };
        self.change(node, |node| node.last_error = Some(told));
        Ok(())
    }

    async fn vifs(&self, _: Uuid) -> Result<Vec<String>, EngineError> {
        let world = self.world.lock().unwrap();
        Ok(world.vifs.iter().map(|vif| vif.id.clone()).collect())
    }

    async fn attach_vif(&self, _: Uuid, request: VifRequest) -> Result<(), EngineError> {
        self.world.lock().unwrap().vifs.push(request);
        Ok(())
    }

    async fn detach_vif(&self, _: Uuid, id: &str) -> Result<(), EngineError> {
        self.world.lock().unwrap().vifs.retain(|vif| vif.id != id);
        Ok(())
    }

    async fn vendor_methods(&self, _: Uuid) -> Result<Vec<VendorMethod>, EngineError> {
        Ok(vec![VendorMethod {
            name: "compare",
            http_methods: &["POST"],
            asynchronous: false,
            description: "Compares.",
            exclusive: true,
            arguments: Some(&["bar"]),
        }])
    }

    /// Tells what it was asked.
    async fn call_vendor(&self, _: Uuid, call: VendorCall) -> Result<VendorAnswer, EngineError> {
        match call.method.as_str() {
            "begin" => Ok(VendorAnswer::Begun),
            "nothing" => Ok(VendorAnswer::Value(json!(null))),
            _ => Ok(VendorAnswer::Value(json!([
                call.http_method,
                call.method,
                call.arguments
            ]))),
        }
    }
}
