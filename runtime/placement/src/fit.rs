//! What a cluster is for who needs certain things of it, whatever is measured.

use crate::{
    fleet::{Cluster, Effect},
    question::Needs,
    rejection::Rejection,
};

/// Whether a cluster is what is needed.
pub(crate) struct Fit {
    /// Why whoever is there must leave.
    pub(crate) unfit: Option<Rejection>,
    /// Why nothing new may come.
    pub(crate) closed: Option<Rejection>,
}

/// What a cluster is for who needs this.
pub(crate) fn fit(needs: &Needs, cluster: &Cluster) -> Fit {
    Fit { unfit: unfit(needs, cluster), closed: closed(needs, cluster) }
}

fn unfit(needs: &Needs, cluster: &Cluster) -> Option<Rejection> {
    if !cluster.ready {
        return Some(Rejection::NotReady);
    }
    if let Some((label, wanted)) = needs.labels.iter().find(|(k, v)| cluster.labels.get(*k) != Some(*v)) {
        return Some(Rejection::LabelMismatch { label: label.clone(), wanted: wanted.clone() });
    }
    if let Some(taint) = needs.intolerable(cluster, Effect::NoExecute) {
        return Some(Rejection::Tainted { taint: taint.key.clone(), evicts: true });
    }
    let api = needs.apis.iter().find(|api| !cluster.apis.contains(*api))?;
    Some(Rejection::MissingApi { api: api.clone() })
}

fn closed(needs: &Needs, cluster: &Cluster) -> Option<Rejection> {
    if cluster.cordoned {
        return Some(Rejection::Cordoned);
    }
    let taint = needs.intolerable(cluster, Effect::NoSchedule)?;
    Some(Rejection::Tainted { taint: taint.key.clone(), evicts: false })
}
