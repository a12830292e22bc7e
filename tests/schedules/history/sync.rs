//! As `src/history/sync.rs`, each operation being a point where any other thread may go on.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

pub use shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
pub use shuttle::thread_local;

use super::clock;

macro_rules! global {
    ($($(#[$about:meta])* static $name:ident: $type:ty = $value:expr;)*) => {
        shuttle::lazy_static! { $($(#[$about])* static ref $name: $type = $value;)* }
    };
}
pub(crate) use global;

global! {
    static STATE: shuttle::sync::Mutex<State> = shuttle::sync::Mutex::new(State::default());
}

/// The background thread as the schedule sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct State {
    /// The next start of a thread fails.
    pub refuse: bool,
    /// It ends where it would sleep.
    pub stop: bool,
    pub running: bool,
    /// How often it was notified.
    pub wakes: u64,
    /// It sleeps until somebody wakes it, whatever the time.
    pub asleep: bool,
}

/// Looks at the state, or changes it.
pub fn state<T>(work: impl FnOnce(&mut State) -> T) -> T {
    work(&mut STATE.lock().unwrap())
}

/// What the background thread ends with.
struct Stopped;

pub struct Mutex<T>(shuttle::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    fn inner(&self) -> shuttle::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard {
            mutex: self,
            held: Some(self.inner()),
        }
    }
}

impl<T> std::fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mutex")
    }
}

pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// `None` only while it is lent.
    held: Option<shuttle::sync::MutexGuard<'a, T>>,
}

impl<T> MutexGuard<'_, T> {
    pub fn unlocked<U>(this: &mut Self, work: impl FnOnce() -> U) -> U {
        this.held = None;
        let done = work();
        this.held = Some(this.mutex.inner());
        done
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.held.as_ref().unwrap()
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().unwrap()
    }
}

/// What the background thread sleeps on: there is one. Woken by a notification or by the clock and by nothing
/// else, so a wake-up that is lost stays lost.
pub struct Condvar;

impl Condvar {
    pub fn new() -> Self {
        Self
    }

    pub fn notify_one(&self) {
        state(|it| {
            it.wakes += 1;
            it.asleep = false;
        });
    }

    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        self.sleep(guard, f64::INFINITY);
    }

    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, wait: Duration) {
        self.sleep(guard, clock::now() + wait.as_secs_f64() * 1_000.0);
    }

    fn sleep<T>(&self, guard: &mut MutexGuard<'_, T>, until: f64) {
        // Under the lock, so that going to sleep and letting go of it are one step.
        let before = state(|it| it.wakes);
        MutexGuard::unlocked(guard, || {
            while clock::now() < until {
                let State { wakes, stop, .. } = state(|it| {
                    it.asleep = it.wakes == before && until.is_infinite();
                    *it
                });
                if stop {
                    resume_unwind(Box::new(Stopped));
                }
                if wakes != before {
                    break;
                }
                shuttle::thread::yield_now();
            }
        });
    }
}

pub mod thread {
    use super::{AssertUnwindSafe, Stopped, catch_unwind, resume_unwind, state};

    pub use shuttle::thread::sleep;

    /// Starts the background thread, or refuses if the schedule says so.
    pub struct Builder;

    impl Builder {
        pub fn new() -> Self {
            Self
        }

        pub fn name(self, _: String) -> Self {
            self
        }

        pub fn spawn(self, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
            if state(|it| it.refuse) {
                return Err(std::io::Error::other("no thread"));
            }
            state(|it| it.running = true);
            let run = move || {
                if let Err(why) = catch_unwind(AssertUnwindSafe(work))
                    && !why.is::<Stopped>()
                {
                    resume_unwind(why);
                }
                state(|it| it.running = false);
            };
            shuttle::thread::spawn(run);
            Ok(())
        }
    }
}

pub struct Table<V>(Mutex<HashMap<u32, Arc<V>>>);

impl<V> Table<V> {
    pub fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    pub fn enter(&self, id: u32, thing: &Arc<V>) -> bool {
        let mut table = self.0.lock();
        let vacant = !table.contains_key(&id);
        table.entry(id).or_insert_with(|| Arc::clone(thing));
        vacant
    }

    pub fn find(&self, id: u32) -> Option<Arc<V>> {
        self.0.lock().get(&id).cloned()
    }

    pub fn all(&self) -> Vec<Arc<V>> {
        self.0.lock().values().cloned().collect()
    }

    pub fn take(&self, id: u32) -> Option<Arc<V>> {
        self.0.lock().remove(&id)
    }
}
