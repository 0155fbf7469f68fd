//! What pods of a pipeline print, on every cluster.

use super::{Place, Places};
use crate::client::{ApiError, within};
use futures::{
    AsyncBufReadExt, StreamExt, TryStreamExt,
    channel::mpsc,
    stream::{BoxStream, FuturesUnordered},
};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api,
    api::{ListParams, LogParams},
};
use std::{collections::BTreeSet, time::Duration};

/// How often new pods are looked for: a function that was asleep has none until it is called.
const LOOK: Duration = Duration::from_secs(1);

/// Which pods, and what of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Their namespace.
    pub namespace: String,
    /// Their labels.
    pub selector: String,
    /// The container.
    pub container: String,
    /// How old lines may be.
    pub since: Option<Duration>,
    /// How many lines of each pod, from the end.
    pub tail: Option<i64>,
}

/// A line that was printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Where.
    pub cluster: String,
    /// By which pod.
    pub pod: String,
    /// When.
    pub at: Option<Timestamp>,
    /// What.
    pub text: String,
}

impl Line {
    fn of(cluster: &str, pod: &str, line: &str) -> Self {
        let (at, text) = match line.split_once(' ') {
            Some((at, text)) if at.parse::<Timestamp>().is_ok() => (at.parse().ok(), text),
            _ => (None, line),
        };
        Self { cluster: cluster.to_owned(), pod: pod.to_owned(), at, text: text.to_owned() }
    }
}

impl Wanted {
    /// Of a function of an orchestrator.
    pub fn function(namespace: &str, orchestrator: &str, function: &str) -> Self {
        Self::of(
            namespace,
            format!("serving.knative.dev/service={orchestrator}-{function}"),
            "user-container",
        )
    }

    /// Of pods with some labels.
    pub fn of(namespace: &str, selector: String, container: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            selector,
            container: container.to_owned(),
            since: None,
            tail: None,
        }
    }

    fn params(&self, follow: bool) -> LogParams {
        LogParams {
            container: Some(self.container.clone()),
            follow,
            since_seconds: self.since.map(|since| i64::try_from(since.as_secs().max(1)).unwrap_or(i64::MAX)),
            tail_lines: self.tail,
            timestamps: true,
            ..LogParams::default()
        }
    }

    fn pods(&self, place: &Place) -> Api<Pod> {
        Api::namespaced(place.client.clone(), &self.namespace)
    }

    /// The pods that have such a container and can have printed something.
    async fn names(&self, place: &Place) -> Result<Vec<String>, ApiError> {
        let pods = self.pods(place);
        let list = within(pods.list(&ListParams::default().labels(&self.selector))).await?;
        let printed = |pod: &Pod| {
            let status = pod.status.as_ref();
            let states = status.and_then(|status| status.container_statuses.as_ref());
            states.into_iter().flatten().any(|container| {
                container.name == self.container
                    && container
                        .state
                        .as_ref()
                        .is_some_and(|state| state.running.is_some() || state.terminated.is_some())
            })
        };
        Ok(list.items.into_iter().filter(printed).filter_map(|pod| pod.metadata.name).collect())
    }

    /// What pods on one cluster printed until now.
    pub(super) async fn on(&self, place: &Place) -> Result<Vec<Line>, ApiError> {
        let mut lines = Vec::new();
        for pod in self.names(place).await? {
            match within(self.pods(place).logs(&pod, &self.params(false))).await {
                Ok(text) => lines.extend(text.lines().map(|line| Line::of(&place.cluster, &pod, line))),
                // It went meanwhile.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(lines)
    }
}

/// What pods printed until now, the earliest first.
pub async fn printed(places: &Places, wanted: &Wanted) -> super::Found<Line> {
    let mut found = places.ask(async |place| wanted.on(place).await).await;
    found.items.sort_by(|a, b| (a.at, &a.pod).cmp(&(b.at, &b.pod)));
    found
}

/// Hands over what pods print, from now on and what `wanted` says of before, until `take` wants no more.
pub async fn follow(places: &Places, wanted: &[Wanted], mut take: impl FnMut(Line) -> bool) {
    let (sender, mut lines) = mpsc::unbounded();
    let places = places.all().items;
    let watching = async {
        let mut known = BTreeSet::new();
        let mut streams: FuturesUnordered<futures::future::BoxFuture<'_, ()>> = FuturesUnordered::new();
        let mut first = true;
        loop {
            for place in &places {
                for wanted in wanted {
                    // A cluster that does not answer is asked again.
                    for pod in wanted.names(place).await.unwrap_or_default() {
                        if !known.insert((place.cluster.clone(), pod.clone())) {
                            continue;
                        }
                        let mut wanted = wanted.clone();
                        if !first {
                            (wanted.since, wanted.tail) = (None, None);
                        }
                        let sender = sender.clone();
                        streams.push(Box::pin(async move {
                            let mut stream = stream_of(place, &wanted, pod).await;
                            while let Some(line) = stream.next().await {
                                if sender.unbounded_send(line).is_err() {
                                    return;
                                }
                            }
                        }));
                    }
                }
            }
            first = false;
            let mut pause = std::pin::pin!(tokio::time::sleep(LOOK));
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    Some(()) = streams.next() => {}
                }
            }
        }
    };
    let taking = async {
        while let Some(line) = lines.next().await {
            if !take(line) {
                return;
            }
        }
    };
    tokio::select! {
        () = watching => {}
        () = taking => {}
    }
}

/// The lines of a pod, as they come; none if it went meanwhile.
async fn stream_of(place: &Place, wanted: &Wanted, pod: String) -> BoxStream<'static, Line> {
    let cluster = place.cluster.clone();
    match wanted.pods(place).log_stream(&pod, &wanted.params(true)).await {
        Ok(reader) => {
            let lines = reader.lines().into_stream().take_while(|line| std::future::ready(line.is_ok()));
            lines
                .filter_map(move |line| {
                    std::future::ready(line.ok().map(|line| Line::of(&cluster, &pod, &line)))
                })
                .boxed()
        }
        Err(_) => futures::stream::empty().boxed(),
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn a_line_has_its_time_before_it() {
        let line = Line::of("m1", "p", "2026-11-24T02:34:19.397599392Z hello there");
        assert_eq!((line.text.as_str(), line.at.is_some()), ("hello there", true));
        let line = Line::of("m1", "p", "unable to retrieve container logs");
        assert_eq!((line.text.as_str(), line.at), ("unable to retrieve container logs", None));
    }
}
