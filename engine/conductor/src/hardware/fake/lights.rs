//! The lights of a fake machine: one that can only be read, one that says that it could be switched. Both are on, always.

use crate::hardware::Lights;
use ports::hardware::Indicator;

pub(super) struct FakeLights;

const LIGHTS: &[Indicator] = &[
    Indicator {
        component: "chassis",
        name: "led-0",
        readonly: true,
        states: &["off", "on"],
    },
    Indicator {
        component: "system",
        name: "led",
        readonly: false,
        states: &["blinking", "off", "on"],
    },
];

impl Lights for FakeLights {
    fn all(&self) -> &'static [Indicator] {
        LIGHTS
    }

    fn state(&self, _light: &Indicator) -> &'static str {
        "on"
    }
}
