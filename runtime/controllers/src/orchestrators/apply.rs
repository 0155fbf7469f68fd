//! Writing what is to stand, and only what differs from what stands.

use super::{Context, Failure, Key};
use crate::{
    api::{APPLIED, CHILDREN, Kind, MANAGER, OWNER_NAME, OWNER_NAMESPACE, SECRET},
    client::persistent,
    telemetry::Telemetry,
};
use efl_compiler::expand::Resource;
use kube::{
    Api,
    api::{DeleteParams, DynamicObject, Patch, PatchParams},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{MutexGuard, PoisonError},
};

/// An object that is to stand.
pub struct Wanted {
    pub kind: Kind,
    pub namespace: String,
    pub name: String,
    pub declaration: String,
    object: Value,
    pub(super) checksum: String,
}

impl Wanted {
    /// A resource as the API server is to have it; none of a kind that is never applied.
    pub fn of(resource: &Resource<'_>) -> Option<Self> {
        let kind = *CHILDREN.iter().find(|kind| kind.is(resource.api_version, resource.kind))?;
        let mut object = serde_json::to_value(resource).ok()?;
        let mut checksum = String::new();
        for byte in &Sha256::digest(object.to_string())[..12] {
            let _ = write!(checksum, "{byte:02x}"); // a String takes everything
        }
        object["metadata"]["annotations"][APPLIED] = checksum.clone().into();
        Some(Self {
            kind,
            namespace: resource.namespace.to_owned(),
            name: resource.name.clone(),
            declaration: resource.declaration.clone(),
            object,
            checksum,
        })
    }

    /// The same with an annotation of a person's order, which `None` takes away.
    pub fn annotated(mut self, annotation: &str, value: Option<&String>) -> Self {
        if let Some(value) = value {
            self.object["metadata"]["annotations"][annotation] = value.clone().into();
            let _ = write!(self.checksum, "-{value}"); // a String takes everything
            self.object["metadata"]["annotations"][APPLIED] = self.checksum.clone().into();
        }
        self
    }

    /// Whether an object is this one.
    pub fn is(&self, kind: Kind, namespace: &str, name: &str) -> bool {
        self.kind == kind && namespace == self.namespace && name == self.name
    }
}

impl Context {
    /// Makes an object stand; whether that took a write.
    pub(super) async fn apply(&self, wanted: &Wanted) -> Result<bool, Failure> {
        let Wanted { kind, namespace, name, .. } = wanted;
        let stands = match *kind {
            SECRET => self.blind().get(&(namespace.clone(), name.clone())).cloned(),
            kind => self.children.checksum(kind, namespace, name),
        };
        if stands.as_ref() == Some(&wanted.checksum) {
            return Ok(false);
        }
        let refused = |why| Failure::Refused { what: format!("{} {namespace}/{name}", kind.name), why };
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), namespace, &kind.resource());
        if stands.is_none() && *kind != SECRET {
            // Something of that name may be somebody else's.
            match persistent(|| api.get_metadata(name)).await {
                Ok(other) => {
                    let label = |key: &str| other.metadata.labels.as_ref()?.get(key).cloned();
                    let ours =
                        |key: &str| wanted.object["metadata"]["labels"][key].as_str().map(str::to_owned);
                    if [OWNER_NAME, OWNER_NAMESPACE].iter().any(|key| label(key) != ours(key)) {
                        let message = format!("{} {namespace}/{name} is there and is not ours", kind.name);
                        return Err(refused(foreign(&message)));
                    }
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(refused(error)),
            }
        }
        let params = PatchParams::apply(MANAGER).force();
        let patch = Patch::Apply(&wanted.object);
        Telemetry::count(&self.telemetry.writes);
        persistent(|| api.patch(name, &params, &patch)).await.map_err(refused)?;
        if *kind == SECRET {
            self.blind().insert((namespace.clone(), name.clone()), wanted.checksum.clone());
        }
        Ok(true)
    }

    /// The Secrets that this process has applied, with their checksums: what stands is not read.
    fn blind(&self) -> MutexGuard<'_, HashMap<Key, String>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an object away, if it is there.
    pub(super) async fn delete(&self, kind: Kind, namespace: &str, name: &str) -> Result<(), Failure> {
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), namespace, &kind.resource());
        Telemetry::count(&self.telemetry.writes);
        if kind == SECRET {
            self.blind().remove(&(namespace.to_owned(), name.to_owned()));
        }
        let params = DeleteParams::background();
        match persistent(|| api.delete(name, &params)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(why) => Err(Failure::Refused { what: format!("{} {namespace}/{name}", kind.name), why }),
        }
    }
}

/// An error as the API server would give it.
fn foreign(message: &str) -> crate::client::ApiError {
    let status = kube::core::Status::failure(message, "AlreadyExists").with_code(422);
    crate::client::ApiError::Refused(kube::Error::Api(status.boxed()))
}
