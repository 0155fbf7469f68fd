//! The one thread that owns the state: it takes messages in the order in which they came.

use crate::{
    diagnostics::Check,
    requests::Request,
    session::Session,
    snapshot::Snapshot,
    worker::{Cancellation, End, Workers, panic_message},
};
use std::{
    collections::VecDeque,
    panic::{self, AssertUnwindSafe},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    thread,
    time::Instant,
};

/// What the actor is told.
pub(crate) enum Message {
    /// Something happened: a change of the state.
    Tell(Box<dyn FnOnce(&mut Session) + Send>),
    /// The client asks something.
    Ask(Box<dyn Request>),
    /// A worker is idle; what it did may have to be done again.
    Finished(Option<Job>),
}

/// What a worker does.
pub(crate) enum Job {
    /// Answers a request.
    Answer(Box<dyn Request>),
    /// Nothing: there was nothing new for a request, seen from this revision.
    Wait(u64, Box<dyn Request>),
    /// Checks files.
    Check(Check),
}

impl Job {
    /// The way to stop it.
    pub(crate) fn cancellation(&self) -> &Cancellation {
        match self {
            Job::Answer(request) | Job::Wait(_, request) => request.cancellation(),
            Job::Check(check) => &check.cancellation,
        }
    }

    /// Does it.
    pub(crate) fn run(&mut self, snapshot: &Snapshot) {
        match self {
            Job::Answer(request) | Job::Wait(_, request) => request.run(snapshot),
            Job::Check(check) => check.run(snapshot),
        }
    }

    /// Ends it; returns it if it is to be done again.
    pub(crate) fn finish(self, end: End) -> Option<Job> {
        match self {
            Job::Answer(mut request) | Job::Wait(_, mut request) => {
                if let (End::Done, Some(revision)) = (&end, request.waits()) {
                    return Some(Job::Wait(revision, request));
                }
                if end == End::Edited && request.again() {
                    return Some(Job::Answer(request));
                }
                request.finish(end);
                None
            }
            Job::Check(mut check) => {
                if let End::Panicked(message) = end {
                    check.give_up(&message);
                }
                Some(Job::Check(check))
            }
        }
    }
}

/// The actor.
pub(crate) struct Actor {
    inbox: Receiver<Message>,
    session: Session,
    workers: Workers,
    /// Requests that wait for a worker, with the revision they were asked at.
    waiting: VecDeque<(u64, Box<dyn Request>)>,
    /// Requests that wait for something new, with the revision that had nothing for them.
    sleeping: Vec<(u64, Box<dyn Request>)>,
}

impl Actor {
    /// Starts it on a thread of its own. It ends when nobody can send to it any more and its workers are idle.
    pub(crate) fn start(session: Session, own: &Sender<Message>, inbox: Receiver<Message>) {
        let workers = Workers::start(own);
        let mut actor = Self { inbox, session, workers, waiting: VecDeque::new(), sleeping: Vec::new() };
        let run = move || actor.run();
        if let Err(error) = thread::Builder::new().name("efl:main".to_owned()).stack_size(16 << 20).spawn(run)
        {
            eprintln!("efl lsp: cannot start a thread: {error}");
        }
    }

    fn run(&mut self) {
        while let Some(first) = self.next() {
            let mut next = first;
            // Edits that wait are one write: whatever is asked between them sees what was before it.
            while let Some(message) = next {
                self.handle(message);
                next = self.inbox.try_recv().ok();
            }
            self.dispatch();
        }
    }

    /// The next message; `Some(None)` when there is something to do without one, `None` at the end.
    #[allow(clippy::option_option)] // a message, a wake-up, the end
    fn next(&self) -> Option<Option<Message>> {
        match self.session.wakes_at() {
            Some(at) => match self.inbox.recv_timeout(at.saturating_duration_since(Instant::now())) {
                Ok(message) => Some(Some(message)),
                Err(RecvTimeoutError::Timeout) => Some(None),
                Err(RecvTimeoutError::Disconnected) => None,
            },
            None => self.inbox.recv().ok().map(Some),
        }
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Tell(change) => self.guarded(change),
            Message::Ask(request) => {
                self.guarded(Session::flush);
                self.waiting.push_back((self.session.revision(), request));
                self.answer();
            }
            Message::Finished(job) => {
                self.workers.idle += 1;
                match job {
                    Some(Job::Answer(request)) => {
                        self.guarded(Session::flush);
                        self.waiting.push_front((self.session.revision(), request));
                    }
                    Some(Job::Wait(revision, request)) => self.sleeping.push((revision, request)),
                    Some(Job::Check(check)) => self.session.checked(check),
                    None => {}
                }
            }
        }
    }

    /// Gives idle workers what waits.
    fn dispatch(&mut self) {
        self.guarded(Session::flush);
        self.answer();
        while self.workers.idle > 0
            && let Some(check) = self.session.next_check(self.workers.idle)
        {
            self.workers.assign(Job::Check(check), self.session.snapshot());
        }
        self.wake();
    }

    /// Asks again what waits for something new, when something was written and nobody types.
    fn wake(&mut self) {
        let revision = self.session.revision();
        self.sleeping.retain(|(_, request)| !request.cancellation().is_cancelled());
        if self.session.rests() {
            let woken = self.sleeping.extract_if(.., |(seen, _)| *seen != revision);
            self.waiting.extend(woken.map(|(_, request)| (revision, request)));
            self.answer();
        }
    }

    fn answer(&mut self) {
        while self.workers.idle > 0
            && let Some((revision, mut request)) = self.waiting.pop_front()
        {
            if request.cancellation().is_cancelled() {
                request.finish(End::Cancelled);
            } else if revision != self.session.revision() && !request.again() {
                // Its positions are those of a text that is no more.
                request.finish(End::Edited);
            } else {
                self.workers.assign(Job::Answer(request), self.session.snapshot());
            }
        }
    }

    /// Changes the state; a mistake in that is no reason to stop serving.
    fn guarded(&mut self, change: impl FnOnce(&mut Session)) {
        let session = &mut self.session;
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| change(session))) {
            self.session.outbox().log(&format!("a panic: {}", panic_message(&*payload)));
        }
    }
}
