//! Bounded work, counted in steps instead of seconds, so that the same input gives the same answer on every machine.

/// What a detector may still spend on one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fuel {
    left: u64,
    exhausted: bool,
}

impl Fuel {
    /// A tank of so many steps.
    pub fn new(steps: u64) -> Self {
        Self { left: steps, exhausted: false }
    }

    /// Takes `steps`; false, now and for ever after, once there is not enough.
    #[must_use]
    pub fn burn(&mut self, steps: u64) -> bool {
        match self.left.checked_sub(steps) {
            Some(left) if !self.exhausted => self.left = left,
            _ => self.exhausted = true,
        }
        !self.exhausted
    }

    /// Whether a detector had to stop: what it did not look at is a gap.
    pub fn is_exhausted(&self) -> bool {
        self.exhausted
    }
}

#[cfg(test)]
mod tests {
    use super::Fuel;

    #[test]
    fn stays_empty_once_it_is_empty() {
        let mut fuel = Fuel::new(10);
        assert!(fuel.burn(10));
        assert!(!fuel.burn(1));
        assert!(!fuel.burn(0));
        assert!(fuel.is_exhausted());
    }
}
