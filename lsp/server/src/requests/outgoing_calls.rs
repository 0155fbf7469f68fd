//! `callHierarchy/outgoingCalls`: where a station leads.

use super::prepare_call_hierarchy::{item, position};
use crate::{features::Features, snapshot::Snapshot};
use efl_ide::call_hierarchy::{self, Call};
use tower_lsp::{
    jsonrpc::Result,
    ls_types::{CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, ServerCapabilities},
};

pub(crate) fn register(_: &mut ServerCapabilities, _: &Features) {
    // Part of what `prepareCallHierarchy` registers.
}

pub(crate) fn run(
    snapshot: &Snapshot,
    params: &CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let Some((file, offset)) = snapshot.at(&position(&params.item)) else { return Ok(None) };
    let convert = |call: &Call| {
        let ranges = call.ranges.iter().map(|place| file.sibling(place.file).range(place.range));
        Some(CallHierarchyOutgoingCall { to: item(file, &call.station)?, from_ranges: ranges.collect() })
    };
    let calls = call_hierarchy::outgoing_calls(file.db(), file.source, offset);
    Ok(Some(calls.iter().filter_map(convert).collect()))
}
