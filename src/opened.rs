//! Which engines this thread has opened, so that they end with it at the latest.
//!
//! An engine is dropped with the functions that hold it, when they are collected or their environment ends. Bun does
//! not run all finalizers of a worker that is terminated: now and then an engine stayed, and was counted, for good.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

/// What can be emptied without its environment.
pub trait Ends {
    /// Gives memory back and takes itself out of the registry. No Node-API: the environment is gone.
    fn end(&mut self);
}

#[derive(Default)]
struct Opened {
    next: Cell<u64>,
    all: RefCell<HashMap<u64, Weak<RefCell<dyn Ends>>>>,
}

impl Drop for Opened {
    fn drop(&mut self) {
        let left = self.all.take();
        for one in left.values().filter_map(Weak::upgrade) {
            if let Ok(mut one) = one.try_borrow_mut() {
                one.end();
            }
        }
    }
}

thread_local! {
    static OPENED: Opened = Opened::default();
}

/// A place in the list; leaving scope frees it.
#[derive(Debug)]
pub struct Place(u64);

impl Place {
    /// Takes the next place.
    pub fn take() -> Self {
        Self(OPENED.with(|opened| opened.next.replace(opened.next.get() + 1)))
    }

    /// Enters what is at it.
    pub fn enter<T: Ends + 'static>(&self, what: &Rc<RefCell<T>>) {
        // A weak one: a finalizer that does run drops it.
        let weak = Rc::downgrade(what);
        OPENED.with(|opened| opened.all.borrow_mut().insert(self.0, weak));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // At the very end of a thread the list may be gone already.
        let gone = OPENED.try_with(|opened| opened.all.borrow_mut().remove(&self.0));
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    struct Counted {
        place: Place,
        ended: Arc<AtomicUsize>,
    }

    impl Ends for Counted {
        fn end(&mut self) {
            self.ended.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn open(ended: &Arc<AtomicUsize>) -> Rc<RefCell<Counted>> {
        let counted = Rc::new(RefCell::new(Counted {
            place: Place::take(),
            ended: Arc::clone(ended),
        }));
        counted.borrow().place.enter(&counted);
        counted
    }

    #[test]
    fn what_nobody_dropped_ends_with_its_thread() {
        let ended = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&ended);
        thread::spawn(move || {
            std::mem::forget(open(&theirs));
            std::mem::forget(open(&theirs));
            drop(open(&theirs));
        })
        .join()
        .expect("the thread runs");
        assert_eq!(ended.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_is_dropped_leaves_the_list() {
        let ended = Arc::new(AtomicUsize::new(0));
        let before = OPENED.with(|opened| opened.all.borrow().len());
        let kept = open(&ended);
        drop(open(&ended));
        assert_eq!(OPENED.with(|opened| opened.all.borrow().len()), before + 1);
        drop(kept);
        assert_eq!(OPENED.with(|opened| opened.all.borrow().len()), before);
    }
}
