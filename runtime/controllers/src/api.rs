//! The kinds that the runtime reads and writes. All objects are dynamic: one that is malformed is refused where it is read,
//! and never stalls the watch of the others.

use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use serde::de::DeserializeOwned;

/// Field manager of what an orchestrator becomes.
pub const MANAGER: &str = "efl-orchestrator";
/// Field manager of placement.
pub const PLACEMENT_MANAGER: &str = "efl-placement";
/// Field manager of the moves.
pub const MIGRATION_MANAGER: &str = "efl-migration";
/// On every object: the name and namespace of its orchestrator.
pub const OWNER_NAME: &str = "efl.dev/orchestrator";
/// See [`OWNER_NAME`].
pub const OWNER_NAMESPACE: &str = "efl.dev/namespace";
/// The checksum of what was applied.
pub const APPLIED: &str = "efl.dev/applied";
/// On an Orchestrator: leave it as it is.
pub const PAUSED: &str = "efl.dev/paused";
/// On an Orchestrator: the cluster a person wants it on.
pub const MOVE_TO: &str = "efl.dev/move-to";
/// On a Cluster of Karmada: choose it for nothing.
pub const CORDONED: &str = "efl.dev/cordoned";
/// On a namespace: orchestrators of these namespaces (with commas) may deploy into it.
pub const ACCEPTS: &str = "efl.dev/accepts-from";
/// On a token: the members that have its account. Where a token arrives before its account it is deleted, and Karmada brings it again
/// only when it changes.
pub const ACCOUNTS_ON: &str = "efl.dev/accounts-on";
/// Held by an Orchestrator until its resources are gone.
pub const FINALIZER: &str = "efl.dev/resources";
/// Selects what the runtime made.
pub const MANAGED: &str = "app.kubernetes.io/managed-by=efl";

const fn kind(group: &'static str, version: &'static str, kind: &'static str, plural: &'static str) -> Kind {
    Kind { group, version, name: kind, plural }
}

/// A kind with its plural, which cannot be guessed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Kind {
    group: &'static str,
    version: &'static str,
    /// `Sensor`.
    pub name: &'static str,
    plural: &'static str,
}

impl Kind {
    /// As the client wants it.
    pub fn resource(self) -> ApiResource {
        let gvk = GroupVersionKind::gvk(self.group, self.version, self.name);
        ApiResource::from_gvk_with_plural(&gvk, self.plural)
    }

    /// Whether an object of this API version and kind is of it.
    pub fn is(self, api_version: &str, kind: &str) -> bool {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.name == kind && self.group == group && self.version == version
    }
}

/// What a user applies.
pub const ORCHESTRATOR: Kind = kind("efl.dev", "v1alpha1", "Orchestrator", "orchestrators");
/// Where it runs.
pub const DECISION: Kind = kind("efl.dev", "v1alpha1", "PlacementDecision", "placementdecisions");
/// Karmada's account of what is where.
pub const BINDING: Kind = kind("work.karmada.io", "v1alpha2", "ResourceBinding", "resourcebindings");
/// A member.
pub const CLUSTER: Kind = kind("cluster.karmada.io", "v1alpha1", "Cluster", "clusters");
/// A run of a workflow, on a member.
pub const WORKFLOW: Kind = kind("argoproj.io", "v1alpha1", "Workflow", "workflows");
/// Never read: those that are made are made blindly.
pub const SECRET: Kind = kind("", "v1", "Secret", "secrets");
const PROPAGATION: Kind = kind("policy.karmada.io", "v1alpha1", "PropagationPolicy", "propagationpolicies");
const OVERRIDE: Kind = kind("policy.karmada.io", "v1alpha1", "OverridePolicy", "overridepolicies");

/// What has the logic.
pub const SENSOR: Kind = kind("argoproj.io", "v1alpha1", "Sensor", "sensors");
/// A function.
pub const SERVICE: Kind = kind("serving.knative.dev", "v1", "Service", "services");

/// Every kind that an orchestrator becomes, in the order in which they are deleted: what travels first, because Karmada
/// leaves on the members what has lost its policy.
pub const CHILDREN: &[Kind] = &[
    kind("argoproj.io", "v1alpha1", "EventSource", "eventsources"),
    SENSOR,
    SERVICE,
    kind("argoproj.io", "v1alpha1", "WorkflowTemplate", "workflowtemplates"),
    kind("argoproj.io", "v1alpha1", "EventBus", "eventbus"),
    kind("", "v1", "Service", "services"),
    kind("", "v1", "ConfigMap", "configmaps"),
    SECRET,
    kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
    kind("rbac.authorization.k8s.io", "v1", "Role", "roles"),
    kind("", "v1", "ServiceAccount", "serviceaccounts"),
    OVERRIDE,
    PROPAGATION,
    DECISION,
];

/// The kinds that stay in the control plane of Karmada.
pub fn is_policy(kind: Kind) -> bool {
    kind == PROPAGATION || kind == OVERRIDE
}

/// A part of an object, if it has the right shape; a part that is not there is the default.
pub fn part<T: DeserializeOwned + Default>(
    object: &DynamicObject,
    key: &str,
) -> Result<T, serde_json::Error> {
    match object.data.get(key) {
        None | Some(serde_json::Value::Null) => Ok(T::default()),
        Some(value) => T::deserialize(value),
    }
}

/// Takes off an object what nobody here reads; it is as long as the rest.
pub fn lightened(object: &mut DynamicObject) {
    object.metadata.managed_fields = None;
    if let Some(annotations) = &mut object.metadata.annotations {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
}

/// The orchestrator that an object belongs to: (namespace, name).
pub fn owner(metadata: &kube::api::ObjectMeta) -> Option<(String, String)> {
    let labels = metadata.labels.as_ref()?;
    Some((labels.get(OWNER_NAMESPACE)?.clone(), labels.get(OWNER_NAME)?.clone()))
}
