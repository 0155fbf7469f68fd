//! What a pipeline stood on when everything was as it should be: while it stands on the same, there is nothing to do, and
//! nothing is compiled to find that out.

use super::{Context, Key};
use crate::{api::DECISION, installation::Installation};
use efl_compiler::expand::Clusters;
use kube::{api::DynamicObject, runtime::reflector::ObjectRef};
use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A digest of everything that a reconciliation in which nothing moves depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ground(u64);

/// The orchestrators that were as they should be, with what they stood on.
#[derive(Default)]
pub struct Settled {
    known: Mutex<HashMap<Key, Ground>>,
    /// The digest of the installation, which is the same for all.
    inventory: Mutex<Option<(Installation, u64)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Settled {
    /// What an orchestrator stands on. Read before it is looked at: what changes meanwhile is not passed over.
    pub fn ground(&self, object: &DynamicObject, (namespace, name): &Key, cx: &Context) -> Ground {
        let mut digest = DefaultHasher::new();
        (&object.metadata.uid, &object.metadata.resource_version).hash(&mut digest);
        self.inventory(&cx.installation.borrow()).hash(&mut digest);
        let decision = ObjectRef::new_with(name, DECISION.resource()).within(namespace);
        cx.decisions.get(&decision).map(|d| d.metadata.resource_version.clone()).hash(&mut digest);
        // In any order.
        let mut children = 0_u64;
        for (kind, child) in cx.children.of(namespace, name) {
            let mut one = DefaultHasher::new();
            (kind, &child).hash(&mut one);
            cx.children.binding(kind, &child.namespace, &child.name).hash(&mut one);
            children = children.wrapping_add(one.finish());
        }
        children.hash(&mut digest);
        Ground(digest.finish())
    }

    /// What matters of an installation to what is made.
    fn inventory(&self, installation: &Installation) -> u64 {
        let mut known = locked(&self.inventory);
        let same = |old: &Installation| match (old, installation) {
            (Installation::Fleet(old), Installation::Fleet(new)) => Arc::ptr_eq(old, new),
            (old, new) => old == new,
        };
        if let Some((old, digest)) = &*known
            && same(old)
        {
            return *digest;
        }
        let mut digest = DefaultHasher::new();
        match installation {
            Installation::Fleet(fleet) => format!("{:?}", Clusters::from(&**fleet)).hash(&mut digest),
            other => format!("{other:?}").hash(&mut digest),
        }
        let digest = digest.finish();
        *known = Some((installation.clone(), digest));
        digest
    }

    /// Whether an orchestrator was as it should be on the same ground.
    pub fn is_on(&self, key: &Key, ground: Ground) -> bool {
        locked(&self.known).get(key) == Some(&ground)
    }

    /// It is as it should be.
    pub fn settle(&self, key: &Key, ground: Ground) {
        locked(&self.known).insert(key.clone(), ground);
    }

    /// It is not, or is gone.
    pub fn unsettle(&self, key: &Key) {
        locked(&self.known).remove(key);
    }
}
