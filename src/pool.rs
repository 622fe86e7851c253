//! A few threads that work side by side, and results in the order in which the work was given. Knows nothing of what the work is.

use std::collections::VecDeque;
use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// More threads than this would only cost memory: one thread writes.
const MOST: usize = 8;

type Work = Box<dyn FnOnce() + Send>;

/// Threads that wait for work. They end when the pool is dropped.
pub struct Pool {
    work: Sender<Work>,
    threads: usize,
}

/// A result that is there or will come.
enum Promise<T> {
    /// It is there.
    Kept(T),
    /// A thread works on it.
    Open(Receiver<T>),
}

/// Work that goes on side by side; its results come in the order in which it was given.
pub struct InOrder<T> {
    promises: VecDeque<(u64, Promise<T>)>,
    weight: u64,
}

impl Pool {
    /// So many threads, or one for each processor; at most eight. None of them is there for one thread: then the caller does all.
    pub fn new(threads: Option<usize>) -> Option<Arc<Self>> {
        let all = || thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.unwrap_or_else(all).min(MOST);
        let (work, waiting) = mpsc::channel::<Work>();
        let waiting = Arc::new(Mutex::new(waiting));
        let started = (0..threads).filter(|_| threads > 1).filter(|_| {
            let waiting = Arc::clone(&waiting);
            thread::Builder::new().name("qdiag".into()).spawn(move || run(&waiting)).is_ok()
        });
        let threads = started.count();
        (threads > 0).then(|| Arc::new(Self { work, threads }))
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Gives work to one of the threads.
    fn give<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Promise<T> {
        let (keep, promise) = mpsc::sync_channel(1);
        let work = Box::new(move || {
            // Nobody may want it any more.
            let _ = keep.send(work());
        });
        self.work.send(work).expect("the threads live as long as the pool");
        Promise::Open(promise)
    }
}

impl<T: Send + 'static> InOrder<T> {
    /// Lets a thread of the pool do it, or does it at once if there is no pool. The weight is what it holds in memory, in bytes.
    pub fn give(&mut self, pool: Option<&Arc<Pool>>, weight: u64, work: impl FnOnce() -> T + Send + 'static) {
        self.weight += weight;
        let promise = match pool {
            Some(pool) => pool.give(work),
            None => Promise::Kept(work()),
        };
        self.promises.push_back((weight, promise));
    }

    /// Waits for the first result.
    pub fn take(&mut self) -> Option<T> {
        let (weight, promise) = self.promises.pop_front()?;
        self.weight -= weight;
        Some(promise.wait())
    }

    /// Waits for the first result, if more work is under way than this, or more bytes of memory.
    pub fn take_over(&mut self, count: usize, weight: u64) -> Option<T> {
        if self.promises.len() > count || self.weight > weight { self.take() } else { None }
    }

    /// How much work is under way.
    pub fn len(&self) -> usize {
        self.promises.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.promises.is_empty()
    }
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { promises: VecDeque::new(), weight: 0 }
    }
}

impl<T> Promise<T> {
    /// Waits for the result; panics if the work itself has panicked.
    fn wait(self) -> T {
        match self {
            Self::Kept(result) => result,
            Self::Open(promise) => promise.recv().expect("work that was taken on is done"),
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({} threads)", self.threads)
    }
}

fn run(waiting: &Mutex<Receiver<Work>>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(work) => work(),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work() {
        for threads in [1, 2, 5] {
            let pool = Pool::new(Some(threads));
            let mut line = InOrder::default();
            let mut results = Vec::new();
            for n in 0..100_u64 {
                line.give(pool.as_ref(), n, move || (0..n * 100).fold(n, |sum, _| std::hint::black_box(sum)));
                while let Some(result) = line.take_over(7, 300) {
                    results.push(result);
                }
                assert!(line.len() <= 7 && line.weight <= 300);
            }
            results.extend(std::iter::from_fn(|| line.take()));
            assert!(line.is_empty() && line.weight == 0);
            assert_eq!(results, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_thread_is_no_pool() {
        assert!(Pool::new(Some(1)).is_none());
        assert_eq!(Pool::new(Some(99)).map(|pool| pool.threads()), Some(MOST));
    }
}
