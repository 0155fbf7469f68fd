//! The threads that answer requests and check files, each with a snapshot of its own.

use crate::{
    actor::{Job, Message},
    snapshot::Snapshot,
};
use salsa::{CancellationToken, Database as _};
use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

/// Programs nest, and so do the functions that read them.
const STACK: usize = 16 << 20;

/// How a job ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// It is done.
    Done,
    /// What it read was written meanwhile.
    Edited,
    /// Nobody wants the answer any more.
    Cancelled,
    /// It has a mistake: the message of the panic.
    Panicked(String),
}

/// The way to stop a job from another thread.
#[derive(Clone, Default, Debug)]
pub(crate) struct Cancellation(Arc<Mutex<State>>);

#[derive(Default, Debug)]
struct State {
    cancelled: bool,
    readers: Vec<CancellationToken>,
}

impl Cancellation {
    /// Stops the job, now or when it begins.
    pub(crate) fn cancel(&self) {
        let Ok(mut state) = self.0.lock() else { return };
        state.cancelled = true;
        state.readers.iter().for_each(CancellationToken::cancel);
    }

    /// Whether the job is to stop.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.lock().is_ok_and(|state| state.cancelled)
    }

    /// Makes a snapshot one that [`Cancellation::cancel`] stops.
    fn arm(&self, snapshot: &Snapshot) {
        let Ok(mut state) = self.0.lock() else { return };
        state.readers = snapshot.projects.iter().map(|project| project.db.cancellation_token()).collect();
        if state.cancelled {
            state.readers.iter().for_each(CancellationToken::cancel);
        }
    }
}

/// The threads.
pub(crate) struct Workers {
    jobs: Sender<(Job, Snapshot)>,
    /// How many threads have nothing to do.
    pub(crate) idle: usize,
}

impl Workers {
    /// Starts as many threads as are of use on this machine.
    pub(crate) fn start(actor: &Sender<Message>) -> Self {
        let (jobs, inbox) = channel();
        let inbox = Arc::new(Mutex::new(inbox));
        let count = thread::available_parallelism().map_or(3, usize::from).clamp(3, 6);
        let start = |number: usize| {
            let (inbox, actor) = (inbox.clone(), actor.clone());
            let name = format!("efl:worker-{number}");
            thread::Builder::new().name(name).stack_size(STACK).spawn(move || work(&inbox, &actor)).ok()
        };
        // A thread that the system refuses is one fewer.
        let idle = (0..count).filter_map(start).count();
        Self { jobs, idle }
    }

    /// Gives a job to an idle thread, which tells the actor when it is finished.
    pub(crate) fn assign(&mut self, job: Job, snapshot: Snapshot) {
        self.idle -= 1;
        // The threads live as long as the actor.
        let _ = self.jobs.send((job, snapshot));
    }
}

fn work(inbox: &Mutex<Receiver<(Job, Snapshot)>>, actor: &Sender<Message>) {
    loop {
        let next = inbox.lock().ok().and_then(|inbox| inbox.recv().ok());
        let Some((mut job, snapshot)) = next else { return };
        job.cancellation().arm(&snapshot);
        let ran = panic::catch_unwind(AssertUnwindSafe(|| job.run(&snapshot)));
        // Whoever waits to write waits for this.
        drop(snapshot);
        let end = ran.map_or_else(|payload| end_of(&*payload), |()| End::Done);
        if actor.send(Message::Finished(job.finish(end))).is_err() {
            return;
        }
    }
}

/// Why a job was unwound.
fn end_of(payload: &(dyn Any + Send)) -> End {
    match payload.downcast_ref::<salsa::Cancelled>() {
        Some(salsa::Cancelled::PendingWrite) => End::Edited,
        Some(salsa::Cancelled::Local) => End::Cancelled,
        Some(cancelled) => End::Panicked(cancelled.to_string()),
        None => End::Panicked(panic_message(payload)),
    }
}

/// What a panic says.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}
