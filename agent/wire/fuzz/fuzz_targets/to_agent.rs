//! Any bytes as each document that a conductor, or a boot payload, gives to an agent.
#![no_main]

mod round_trip;

use agent_wire::{BootIdentity, Command, ImageInfo, InspectionAnswer, LookupResponse, Step};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    round_trip::check::<LookupResponse>(bytes);
    round_trip::check::<Step>(bytes);
    round_trip::check::<ImageInfo>(bytes);
    round_trip::check::<BootIdentity>(bytes);
    round_trip::check::<InspectionAnswer>(bytes);
    round_trip::check::<Command>(bytes);
});
