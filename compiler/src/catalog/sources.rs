//! Every source kind of Argo Events.
