//! enroll to manageable: the BMC's address and credentials are proven by reading the power state.

use model::Stage;

pub(crate) fn verify() -> Vec<Stage> {
    vec![Stage::ReadPower]
}
