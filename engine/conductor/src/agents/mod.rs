//! The agents' side of the engine: what is sent to them, and what they tell. One file a concern.

mod heartbeat;
mod logs;
mod lookup;
mod payload;
mod poll;
mod write_image;

pub(crate) use payload::{bare, boot_mode, command, echoed_step, link, wanted_boot_mode};
pub(crate) use poll::Polls;
pub(crate) use write_image::fill_step_args;
