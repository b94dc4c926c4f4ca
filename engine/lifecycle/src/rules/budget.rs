//! What the rules of one inspection may cost.

/// So many bytes of text are made or searched, at most; each thing that is done counts too.
const MOST: usize = 8 << 20;
/// What one thing costs, besides the text that it handles.
const STEP: usize = 64;

/// What is left.
pub(super) struct Budget(usize);

impl Budget {
    pub fn new() -> Self {
        Self(MOST)
    }

    /// Pays for one thing done and the bytes that it handles.
    pub fn spend(&mut self, bytes: usize) -> Result<(), String> {
        match self.0.checked_sub(bytes.saturating_add(STEP)) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(
                "the inspection rules ask for too much work at one inspection; make loops and texts shorter"
                    .to_owned(),
            ),
        }
    }
}
