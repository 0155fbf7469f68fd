//! Work on many things at once: on as many threads as there are processors, and alone where there is little to do.

use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use std::sync::LazyLock;

/// How many things a thread takes at least; fewer than two shares are not worth a second one.
const SHARE: usize = 4;
/// As much stack as the first thread has: programs nest.
const STACK: usize = 8 << 20;
/// The threads, which stay: the system may let a new one wait for milliseconds behind the one that made it. None where
/// there is one processor, or where the system refuses threads.
static THREADS: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let threads = ThreadPoolBuilder::new().stack_size(STACK).build().ok()?;
    (threads.current_num_threads() > 1).then_some(threads)
});

/// The threads for so many things, if they are worth it.
fn threads(things: usize) -> Option<&'static ThreadPool> {
    (things >= 2 * SHARE).then(|| THREADS.as_ref()).flatten()
}

/// What a function makes of each thing, in their order.
pub fn map<'t, T: Sync, R: Send>(things: &'t [T], make: impl Fn(&'t T) -> R + Sync + Send) -> Vec<R> {
    match threads(things.len()) {
        Some(threads) => threads.install(|| things.par_iter().with_min_len(SHARE).map(make).collect()),
        None => things.iter().map(make).collect(),
    }
}

/// Does a work for each number below `count`, in any order. Each thread has a context of its own.
pub(crate) fn for_each<C: Clone + Send>(
    count: usize,
    mut context: C,
    work: impl Fn(&mut C, usize) + Sync + Send,
) {
    match threads(count) {
        Some(threads) => threads.install(move || {
            (0..count).into_par_iter().with_min_len(SHARE).for_each_with(context, |own, at| work(own, at));
        }),
        None => (0..count).for_each(|at| work(&mut context, at)),
    }
}

#[cfg(test)]
mod tests {
    use super::{for_each, map};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_keep_the_order_of_things() {
        for count in [0, 1, 7, 8, 1000] {
            let things: Vec<usize> = (0..count).collect();
            assert_eq!(map(&things, |thing| thing * 2), things.iter().map(|t| t * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn each_number_comes_once() {
        for count in [0, 1, 7, 8, 1000] {
            let seen: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            for_each(count, (), |(), at| {
                seen[at].fetch_add(1, Ordering::Relaxed);
            });
            assert!(seen.iter().all(|times| times.load(Ordering::Relaxed) == 1));
        }
    }
}
