//! How every resource is on every cluster it belongs on, and what that means for a move.

use super::{Context, apply::Wanted};
use crate::{
    api::{SECRET, WORKFLOW},
    health::{Account, Health},
    installation::Members,
    migration::Seen,
};
use efl_compiler::{
    expand::{Stage, StageClusters},
    spec::{Migration, ResourceStatus},
};
use std::{collections::BTreeSet, sync::Arc};

/// A resource that travels, with what Karmada says of it.
struct Travelling {
    stage: Stage,
    kind: &'static str,
    name: String,
    declaration: String,
    generation: Option<i64>,
    /// Whether what is known of it is of what was just applied; the watch comes behind the write.
    is_seen: bool,
    account: Option<Arc<Account>>,
}

impl Travelling {
    fn on(&self, cluster: &str) -> Health {
        match &self.account {
            Some(_) if !self.is_seen => Health::Pending("it was just written".to_owned()),
            Some(account) => account.on(cluster, self.generation),
            None => Health::Pending("Karmada has not seen it".to_owned()),
        }
    }

    /// The members that have it or are to have it, and are not in a list.
    fn elsewhere<'a>(&'a self, wanted: &'a [String]) -> impl Iterator<Item = &'a str> {
        let members = self.account.iter().flat_map(|account| account.members());
        members.filter(|member| !wanted.iter().any(|name| name == member))
    }
}

/// Every resource that travels.
pub struct Observed {
    resources: Vec<Travelling>,
}

/// A move, and what it is judged by.
#[derive(Clone, Copy)]
pub struct Moving<'a> {
    pub migration: &'a Migration,
    /// What stood where before.
    pub old: &'a StageClusters,
    /// What will stand where.
    pub new: &'a StageClusters,
    /// Whether the sources that move may run on two clusters at once.
    pub overlap: bool,
    /// Whether placement wants something else by now.
    pub obsolete: bool,
    /// Where its runs are, and whose they are.
    pub namespace: &'a str,
    pub orchestrator: &'a str,
    pub members: &'a Members,
}

/// What is so of all resources together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overall {
    /// Each is on each of its clusters.
    pub propagated: bool,
    /// Each is well there.
    pub ready: bool,
}

impl Observed {
    /// What Karmada says of what is to stand.
    pub fn of(context: &Context, wanted: &[(Stage, Wanted)]) -> Self {
        let travelling = |(stage, wanted): &(Stage, Wanted)| {
            let Wanted { kind, namespace, name, declaration, checksum, .. } = wanted;
            let children = &context.children;
            let known = children.checksum(*kind, namespace, name);
            Travelling {
                stage: *stage,
                kind: kind.name,
                name: name.clone(),
                declaration: declaration.clone(),
                generation: children.get(*kind, namespace, name).and_then(|child| child.generation),
                is_seen: *kind == SECRET || known.as_ref() == Some(checksum),
                account: children.binding(*kind, namespace, name),
            }
        };
        let resources = wanted.iter().filter(|(stage, _)| *stage != Stage::Control).map(travelling).collect();
        Self { resources }
    }

    /// One line per resource and cluster, for the status.
    pub fn report(&self, stages: &StageClusters) -> Vec<ResourceStatus> {
        let mut lines = Vec::new();
        for resource in &self.resources {
            for cluster in stages.of(resource.stage) {
                let (applied, healthy, message) = match resource.on(cluster) {
                    Health::Healthy => (true, Some(true), None),
                    Health::Unhealthy(why) => (true, Some(false), Some(why)),
                    Health::Pending(why) => (false, None, Some(why)),
                    Health::Absent(why) => (false, Some(false), Some(why)),
                };
                lines.push(ResourceStatus {
                    kind: resource.kind.to_owned(),
                    name: resource.name.clone(),
                    cluster: Some(cluster.clone()),
                    applied,
                    healthy,
                    message: message.map(|text| crate::conditions::clipped(text, 1_000)),
                    declaration: resource.declaration.clone(),
                });
            }
        }
        lines
    }

    /// What is so of all of them.
    pub fn overall(&self, stages: &StageClusters) -> Overall {
        let mut overall = Overall { propagated: true, ready: true };
        for resource in &self.resources {
            for cluster in stages.of(resource.stage) {
                let health = resource.on(cluster);
                overall.propagated &= matches!(health, Health::Healthy | Health::Unhealthy(_));
                overall.ready &= health == Health::Healthy;
            }
        }
        overall
    }

    /// Whether every resource of some stages is well on some clusters.
    pub fn healthy(&self, stages: &[Stage], clusters: &[String]) -> bool {
        let of_stages = self.resources.iter().filter(|resource| stages.contains(&resource.stage));
        of_stages.into_iter().all(|r| clusters.iter().all(|cluster| r.on(cluster) == Health::Healthy))
    }

    /// Those of some clusters that have every ServiceAccount.
    pub fn with_accounts(&self, clusters: &[String]) -> Vec<String> {
        let accounts = || self.resources.iter().filter(|r| r.kind == "ServiceAccount");
        let has_all = |c: &&String| accounts().all(|r| r.on(c) == Health::Healthy);
        clusters.iter().filter(has_all).cloned().collect()
    }

    fn arrived(&self, stages: &[Stage], clusters: &[String]) -> bool {
        let there = |r: &Travelling| {
            clusters.iter().all(|c| matches!(r.on(c), Health::Healthy | Health::Unhealthy(_)))
        };
        self.resources.iter().filter(|r| stages.contains(&r.stage)).all(there)
    }

    /// The members that hold something that does not belong there.
    pub fn leftovers(&self, stages: &StageClusters) -> BTreeSet<String> {
        let held = self.resources.iter().flat_map(|r| r.elsewhere(stages.of(r.stage)));
        held.map(str::to_owned).collect()
    }

    /// What is seen of a move.
    pub async fn seen(&self, context: &Context, moving: &Moving<'_>) -> Seen {
        let Moving { migration, old, new, overlap, obsolete, namespace, orchestrator, members } = *moving;
        let only = |a: &[String], b: &[String]| -> Vec<String> {
            a.iter().filter(|name| !b.contains(name)).cloned().collect()
        };
        let (left, joined) = (only(&migration.from, &migration.to), only(&migration.to, &migration.from));
        let alive = |name: &String| members.get(name).is_some_and(|member| member.ready);
        let changing: &[Stage] = if overlap { &[Stage::Logic, Stage::Events] } else { &[Stage::Logic] };
        let gone_from_left = |stages: &[Stage]| {
            let of_stages = self.resources.iter().filter(|r| stages.contains(&r.stage));
            of_stages.flat_map(|r| r.elsewhere(&[])).all(|member| !left.iter().any(|name| name == member))
        };
        // What was pinned does not move, and so has nothing to leave.
        let handed_over =
            [(Stage::Logic, &new.logic), (Stage::Events, &new.events)].into_iter().all(|(stage, wanted)| {
                let pinned = left.iter().any(|name| wanted.contains(name));
                pinned || gone_from_left(&[stage])
            });
        let runs = self.runs(context, namespace, orchestrator, &left, members).await;
        let warm = self.healthy(&[Stage::Functions], &joined_on(&joined, &new.functions));
        Seen {
            arrived: self.arrived(&[Stage::Base, Stage::Functions], &joined_on(&joined, &new.base)),
            warm,
            switched: self.healthy(changing, &joined_on(&joined, &new.logic)),
            handed_over,
            runs,
            source_dead: !left.is_empty() && !left.iter().any(alive),
            target_dead: !joined.iter().all(alive),
            old_clear: self.leftovers(new).is_empty(),
            new_clear: self.leftovers(old).is_empty(),
            obsolete,
            late: false, // of the move, not of what stands
        }
    }

    /// How many workflows of an orchestrator run on some clusters, asked through Karmada's proxy.
    async fn runs(
        &self,
        context: &Context,
        namespace: &str,
        orchestrator: &str,
        clusters: &[String],
        members: &Members,
    ) -> Result<usize, String> {
        let mut count = 0;
        for cluster in clusters {
            if !members.get(cluster).is_some_and(|member| member.ready) {
                continue;
            }
            let unfinished = ",workflows.argoproj.io%2Fcompleted!%3Dtrue";
            count += context.count(WORKFLOW, cluster, namespace, orchestrator, unfinished).await?;
        }
        Ok(count)
    }
}

/// Those of the new clusters that hold a stage at all: a pinned stage is on none of them.
fn joined_on(joined: &[String], stage: &[String]) -> Vec<String> {
    joined.iter().filter(|name| stage.contains(name)).cloned().collect()
}
