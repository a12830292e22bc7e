//! A binary heap of times that knows where each token stands, so that one can be moved or removed.
//!
//! Used for entries whose next look is not given by the recency list (a limit of their own, an age
//! limit, a recheck), and by the engine for the maps' next wake-ups. Allocates nothing until used.

/// Time and token.
#[derive(Debug, Clone, Copy)]
struct Item {
    at: f64,
    token: u32,
}

const ABSENT: u32 = u32::MAX;

/// The heap; the earliest time is on top.
#[derive(Debug, Clone, Default)]
pub struct Heap {
    items: Vec<Item>,
    position: Vec<u32>,
}

impl Heap {
    /// Number of tokens in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The earliest time and its token.
    #[must_use]
    pub fn top(&self) -> Option<(f64, u32)> {
        self.items.first().map(|item| (item.at, item.token))
    }

    /// The time filed for a token.
    #[must_use]
    pub fn time_of(&self, token: u32) -> Option<f64> {
        let at = *self.position.get(token as usize)?;
        (at != ABSENT).then(|| self.items[at as usize].at)
    }

    /// Files a token under a time, moving it if it is there already.
    pub fn set(&mut self, token: u32, at: f64) {
        let index = token as usize;
        if index >= self.position.len() {
            self.position.resize(index + 1, ABSENT);
        }
        let here = self.position[index];
        if here == ABSENT {
            self.items.push(Item { at, token });
            self.rise(self.items.len() - 1);
        } else {
            let here = here as usize;
            let was = self.items[here].at;
            self.items[here].at = at;
            if at < was {
                self.rise(here);
            } else if at > was {
                self.sink(here);
            }
        }
    }

    /// Takes a token out, if it is there.
    pub fn remove(&mut self, token: u32) {
        let Some(&at) = self.position.get(token as usize) else {
            return;
        };
        if at == ABSENT {
            return;
        }
        self.position[token as usize] = ABSENT;
        let at = at as usize;
        let last = self.items.pop().expect("a filed token is in the heap");
        if at < self.items.len() {
            self.items[at] = last;
            self.rise(at);
            self.sink(self.position[last.token as usize] as usize);
        }
        if self.items.is_empty() {
            self.items = Vec::new();
            self.position = Vec::new();
        }
    }

    /// Bytes held on the Rust heap.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.items.capacity() * std::mem::size_of::<Item>() + self.position.capacity() * 4
    }

    /// Checks order and positions.
    ///
    /// # Errors
    /// A sentence that names the first broken place.
    pub fn validate(&self) -> Result<(), String> {
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 && self.items[(index - 1) / 2].at > item.at {
                return Err(format!("heap: item {index} is earlier than its parent"));
            }
            if self.position.get(item.token as usize).copied() != u32::try_from(index).ok() {
                return Err(format!("heap: token {} is misplaced", item.token));
            }
        }
        let filed = self.position.iter().filter(|&&p| p != ABSENT).count();
        if filed == self.items.len() {
            Ok(())
        } else {
            Err(format!(
                "heap: {filed} positions, {} items",
                self.items.len()
            ))
        }
    }

    fn place(&mut self, index: usize, item: Item) {
        self.items[index] = item;
        self.position[item.token as usize] = u32::try_from(index).expect("heap index fits u32");
    }

    fn rise(&mut self, mut index: usize) {
        let item = self.items[index];
        while index > 0 {
            let parent = (index - 1) / 2;
            if self.items[parent].at <= item.at {
                break;
            }
            self.place(index, self.items[parent]);
            index = parent;
        }
        self.place(index, item);
    }

    fn sink(&mut self, mut index: usize) {
        let item = self.items[index];
        loop {
            let mut child = 2 * index + 1;
            if child >= self.items.len() {
                break;
            }
            if child + 1 < self.items.len() && self.items[child + 1].at < self.items[child].at {
                child += 1;
            }
            if self.items[child].at >= item.at {
                break;
            }
            self.place(index, self.items[child]);
            index = child;
        }
        self.place(index, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_audit_names_each_fault() {
        let told = |fault: fn(&mut Heap)| {
            let mut heap = Heap::default();
            assert!(heap.is_empty());
            for (token, at) in [(0, 1.0), (3, 2.0), (2, 3.0)] {
                heap.set(token, at);
            }
            heap.validate().unwrap();
            assert!(!heap.is_empty());
            fault(&mut heap);
            heap.validate().unwrap_err()
        };
        let early = told(|heap| heap.items[2].at = 0.5);
        assert_eq!(early, "heap: item 2 is earlier than its parent");
        let elsewhere = told(|heap| heap.position[3] = 2);
        assert_eq!(elsewhere, "heap: token 3 is misplaced");
        let nowhere = told(|heap| heap.items[1].token = 9);
        assert_eq!(nowhere, "heap: token 9 is misplaced");
        let stray = told(|heap| heap.position[1] = 0);
        assert_eq!(stray, "heap: 4 positions, 3 items");
    }

    proptest! {
        #[test]
        fn agrees_with_a_sorted_map(ops in prop::collection::vec((0u32..40, prop::option::of(0u16..50)), 0..400)) {
            let mut heap = Heap::default();
            let mut model: BTreeMap<u32, f64> = BTreeMap::new();
            for (token, at) in ops {
                if let Some(at) = at {
                    heap.set(token, f64::from(at));
                    model.insert(token, f64::from(at));
                } else {
                    heap.remove(token);
                    model.remove(&token);
                }
                heap.validate().unwrap();
                prop_assert_eq!(heap.len(), model.len());
                let earliest = model.values().copied().fold(f64::INFINITY, f64::min);
                prop_assert_eq!(heap.top().map_or(f64::INFINITY, |t| t.0), earliest);
                prop_assert_eq!(heap.time_of(token), model.get(&token).copied());
            }
        }
    }
}
