//! The profiles, the more particular first. A new vendor is a file beside this one and a line here.

use super::{Profile, ami, dell, generic, hpe, lenovo, supermicro, sushy_tools};

pub(super) const ALL: &[&Profile] = &[
    &dell::PROFILE,
    &hpe::PROFILE,
    &lenovo::PROFILE,
    &supermicro::ARS_111GL_NHR,
    &supermicro::PROFILE,
    &ami::PROFILE,
    &sushy_tools::PROFILE,
    &generic::PROFILE,
];
