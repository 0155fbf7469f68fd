//! Work on many things at once: on as many threads as there are processors, and alone where there is little to do.

use std::{
    panic,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many things a thread takes at a time; fewer than two shares are not worth a second one.
const SHARE: usize = 4;
/// As much stack as the first thread has: programs nest.
const STACK: usize = 8 << 20;
/// How many processors there are: to ask is to read the files of a control group.
static PROCESSORS: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// What a function makes of each thing, in their order.
pub fn map<'t, T: Sync, R: Send>(things: &'t [T], make: impl Fn(&'t T) -> R + Sync) -> Vec<R> {
    let made = spread(things.len(), Vec::new, |made, at| made.push((at, make(&things[at]))));
    let mut made: Vec<(usize, R)> = made.into_iter().flatten().collect();
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, result)| result).collect()
}

/// Does a work for each number below `count`. Each thread has a context of its own, made by the calling one; they are
/// returned.
pub(crate) fn spread<C: Send>(
    count: usize,
    context: impl Fn() -> C,
    work: impl Fn(&mut C, usize) + Sync,
) -> Vec<C> {
    let next = AtomicUsize::new(0);
    let worker = |mut own: C| loop {
        let start = next.fetch_add(SHARE, Ordering::Relaxed);
        if start >= count {
            return own;
        }
        (start..count.min(start + SHARE)).for_each(|at| work(&mut own, at));
    };
    let threads = if count < 2 * SHARE { 1 } else { (*PROCESSORS).min(count / SHARE) };
    thread::scope(|scope| {
        let worker = &worker;
        let spawn =
            |own: C| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || worker(own));
        // A thread that the system refuses is one fewer.
        let others: Vec<_> = (1..threads).filter_map(|_| spawn(context()).ok()).collect();
        let mut contexts = vec![worker(context())];
        for other in others {
            contexts.push(other.join().unwrap_or_else(|payload| panic::resume_unwind(payload)));
        }
        contexts
    })
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_keep_the_order_of_things() {
        for count in [0, 1, 7, 8, 1000] {
            let things: Vec<usize> = (0..count).collect();
            assert_eq!(map(&things, |thing| thing * 2), things.iter().map(|t| t * 2).collect::<Vec<_>>());
        }
    }
}
