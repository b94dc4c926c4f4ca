//! Chance that repeats: the same seed and episode give the same requests. No use for secrets.

/// A sequence of numbers (SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
pub struct Chance {
    state: u64,
}

impl Chance {
    /// An episode's own sequence.
    pub fn new(seed: u64, episode: u64) -> Self {
        let mut chance = Self {
            state: seed ^ episode.wrapping_mul(0xD6E8_FEB8_6659_FD93),
        };
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of these; there is at least one.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_tells_the_same_again() {
        let told = |seed, episode| {
            let mut chance = Chance::new(seed, episode);
            (0..9).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(told(1, 2), told(1, 2));
        assert_ne!(told(1, 2), told(1, 3));
        assert_ne!(told(1, 2), told(2, 2));
    }
}
