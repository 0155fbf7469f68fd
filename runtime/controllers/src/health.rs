//! What Karmada says of a resource on each member.
//!
//! Upstream: `karmada/pkg/apis/work/v1alpha2/binding_types.go`. What a binding says is believed when the scheduler has seen
//! its latest version, and of a kind with an interpreter of ours when the status is of the template's latest version.

use kube::api::DynamicObject;
use serde::Deserialize;

/// A resource on a member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Health {
    /// Not there, and not on its way: the scheduler refused the member, or has not decided.
    Absent(String),
    /// On its way.
    Pending(String),
    /// There, and not well.
    Unhealthy(String),
    /// There and well.
    Healthy,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    clusters: Vec<Target>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Target {
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    scheduler_observed_generation: i64,
    conditions: Vec<Condition>,
    #[serde(rename = "aggregatedStatus")]
    items: Vec<Item>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Condition {
    #[serde(rename = "type")]
    ty: String,
    status: String,
    message: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Item {
    cluster_name: String,
    applied: bool,
    applied_message: String,
    health: String,
    status: serde_json::Value,
}

/// A binding, read: what is kept of it, because there are thousands.
#[derive(Hash, Debug)]
pub struct Account {
    is_current: bool,
    targets: Vec<String>,
    refused: Option<String>,
    members: Vec<OnMember>,
}

/// What a member says.
#[derive(Hash, Debug)]
struct OnMember {
    name: String,
    /// Whether the member took it, or why not.
    applied: Result<(), String>,
    /// The version of the template that its status is of, which our interpreters note.
    seen: Option<i64>,
    /// Whether it is well, or why not.
    healthy: Option<Result<(), String>>,
}

impl OnMember {
    fn of(item: Item) -> Self {
        Self {
            applied: if item.applied { Ok(()) } else { Err(item.applied_message) },
            seen: item.status.get("resourceTemplateGeneration").and_then(serde_json::Value::as_i64),
            healthy: match item.health.as_str() {
                "Healthy" => Some(Ok(())),
                "Unhealthy" => Some(Err(reason(&item.status))),
                _ => None,
            },
            name: item.cluster_name,
        }
    }
}

impl Account {
    /// What a binding says.
    pub fn of(binding: &DynamicObject) -> Self {
        let spec = Spec::deserialize(&binding.data["spec"]).unwrap_or_default();
        let status = Status::deserialize(&binding.data["status"]).unwrap_or_default();
        let is_current = binding.metadata.generation == Some(status.scheduler_observed_generation);
        let scheduled = status.conditions.into_iter().find(|c| c.ty == "Scheduled");
        Self {
            is_current,
            targets: spec.clusters.into_iter().map(|target| target.name).collect(),
            refused: scheduled.filter(|c| c.status == "False").map(|c| c.message),
            members: status.items.into_iter().map(OnMember::of).collect(),
        }
    }

    /// The members that have it or are to have it.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        let targets = self.targets.iter().map(String::as_str);
        targets.chain(self.members.iter().map(|member| member.name.as_str()))
    }

    /// How it is on a member. `generation` is the template's.
    pub fn on(&self, cluster: &str, generation: Option<i64>) -> Health {
        if !self.is_current {
            return Health::Pending("Karmada has not scheduled its latest version".to_owned());
        }
        if !self.targets.iter().any(|target| target == cluster) {
            let why = self.refused.clone().unwrap_or_else(|| "Karmada does not place it there".to_owned());
            return Health::Absent(why);
        }
        let Some(member) = self.members.iter().find(|member| member.name == cluster) else {
            return Health::Pending("Karmada has not delivered it".to_owned());
        };
        match &member.applied {
            Ok(()) => {}
            Err(why) if why.is_empty() => return Health::Pending("the member has not taken it".to_owned()),
            Err(why) => return Health::Unhealthy(why.clone()),
        }
        if member.seen.is_some() && generation.is_some() && member.seen != generation {
            return Health::Pending("the member has not reported on its latest version".to_owned());
        }
        match &member.healthy {
            Some(Ok(())) => Health::Healthy,
            Some(Err(why)) => Health::Unhealthy(why.clone()),
            None => Health::Pending("its health is not known yet".to_owned()),
        }
    }
}

/// What the conditions of a status complain about.
fn reason(status: &serde_json::Value) -> String {
    let conditions =
        status.get("conditions").and_then(|c| c.as_array()).map(Vec::as_slice).unwrap_or_default();
    let text = |condition: &serde_json::Value, key: &str| {
        condition.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    let complaint = |condition: &serde_json::Value| {
        let (ty, message, reason) =
            (text(condition, "type"), text(condition, "message"), text(condition, "reason"));
        let why = if message.is_empty() { reason } else { message };
        (text(condition, "status") != "True")
            .then(|| if why.is_empty() { format!("{ty} is not so") } else { format!("{ty}: {why}") })
    };
    let complaints: Vec<String> = conditions.iter().filter_map(complaint).collect();
    if complaints.is_empty() { "not ready yet".to_owned() } else { complaints.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::{Account, Health};
    use kube::api::DynamicObject;
    use serde_json::json;

    fn account(binding: &serde_json::Value) -> Account {
        let object: DynamicObject = serde_json::from_value(binding.clone()).expect("an object");
        Account::of(&object)
    }

    fn binding(observed: i64, items: &serde_json::Value) -> serde_json::Value {
        json!({
            "apiVersion": "work.karmada.io/v1alpha2", "kind": "ResourceBinding",
            "metadata": { "name": "f-service", "generation": 3 },
            "spec": { "clusters": [{ "name": "a" }, { "name": "b" }] },
            "status": { "schedulerObservedGeneration": observed, "aggregatedStatus": items },
        })
    }

    #[test]
    fn only_what_is_current_is_believed() {
        let healthy = json!([{ "clusterName": "a", "applied": true, "health": "Healthy" }]);
        assert_eq!(account(&binding(3, &healthy)).on("a", Some(1)), Health::Healthy);
        assert!(matches!(account(&binding(2, &healthy)).on("a", Some(1)), Health::Pending(_)));
        let of_version_one = json!([{
            "clusterName": "a", "applied": true, "health": "Healthy", "status": { "resourceTemplateGeneration": 1 },
        }]);
        assert_eq!(account(&binding(3, &of_version_one)).on("a", Some(1)), Health::Healthy);
        assert!(matches!(account(&binding(3, &of_version_one)).on("a", Some(2)), Health::Pending(_)));
    }

    #[test]
    fn a_member_that_lacks_it_is_not_healthy() {
        let account = account(&binding(3, &json!([])));
        assert!(matches!(account.on("b", Some(1)), Health::Pending(_)));
        assert!(matches!(account.on("c", Some(1)), Health::Absent(_)));
    }

    #[test]
    fn a_complaint_is_the_members_own() {
        let refused = json!([{ "clusterName": "a", "applied": false, "appliedMessage": "no such kind" }]);
        assert_eq!(
            account(&binding(3, &refused)).on("a", None),
            Health::Unhealthy("no such kind".to_owned())
        );
        let unwell = json!([{ "clusterName": "a", "applied": true, "health": "Unhealthy", "status": {
            "conditions": [{ "type": "Ready", "status": "False", "message": "image not found" }],
        } }]);
        assert_eq!(
            account(&binding(3, &unwell)).on("a", None),
            Health::Unhealthy("Ready: image not found".to_owned())
        );
    }
}
