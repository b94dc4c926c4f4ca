//! Any bytes as each document that an agent sends to a conductor.
#![no_main]

mod round_trip;

use agent_wire::{
    CleanResult, CleanSteps, CommandList, CommandResult, DeployResult, DeploySteps, ErrorBody,
    HeartbeatRequest, InspectionData, ServiceSteps,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    round_trip::check::<HeartbeatRequest>(bytes);
    round_trip::check::<InspectionData>(bytes);
    round_trip::check::<CommandResult>(bytes);
    round_trip::check::<CommandList>(bytes);
    round_trip::check::<CleanSteps>(bytes);
    round_trip::check::<DeploySteps>(bytes);
    round_trip::check::<ServiceSteps>(bytes);
    round_trip::check::<CleanResult>(bytes);
    round_trip::check::<DeployResult>(bytes);
    round_trip::check::<ErrorBody>(bytes);
});
