//! Numbers that are the same in every run.

/// A generator: xorshift64 (Marsaglia, 2003), from a seed that is not 0.
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`; 0 if the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % (limit.max(1) as u64)) as usize
    }

    /// One of the items of a list that is not empty.
    pub fn one_of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}
