//! How a trigger is tried again and held back, as options of a rule.

use super::{
    input::{self, int, take, take_as, text},
    upstream::duration,
};
use crate::{
    spec::{Backoff, Retry},
    units::{Duration, Rate},
};
use serde_json::Value as Json;

/// What is left: the path below the trigger, the reason, the YAML.
type Left = Vec<(String, String, String)>;

/// The retry strategy. Argo counts all tries, EFL the further ones; without `atLeastOnce` Argo does not read it.
/// Upstream: `argo-events/pkg/sensors/listener.go`, `pkg/shared/util/retry.go`.
pub(super) fn retry(trigger: &mut Json, again: bool, left: &mut Left) -> Option<Retry> {
    let strategy = take(trigger, &["retryStrategy"]);
    let mut leave = |why: &str, what: String| left.push(("retryStrategy".to_owned(), why.to_owned(), what));
    let Some(mut json) = strategy.filter(|json| !json.is_null()) else {
        if again {
            leave("Argo tries once when nothing is said; EFL tries three times more", String::new());
        }
        return None;
    };
    let whole = input::yaml(&json).unwrap_or_default();
    if !again {
        leave("without `atLeastOnce` Argo does not read it", whole);
        return None;
    }
    let steps = int(&mut json, &["steps"]).unwrap_or(5);
    let factor = take_as(&mut json, &["factor"], number).unwrap_or(1.0);
    let from = take_as(&mut json, &["duration"], duration).unwrap_or(Duration::from_secs(1));
    let jitter = take_as(&mut json, &["jitter"], number);
    if let Some(what) = input::yaml(&json) {
        leave("a retry of EFL has a number of tries and two delays", what);
    }
    let times = u32::try_from(steps - 1).ok().filter(|times| *times > 0);
    let Some(times) = times else {
        leave("one try and no more has no form in EFL: it tries three times more", whole);
        return None;
    };
    if !(1.0..=2.0).contains(&factor) || jitter.is_some_and(|jitter| jitter > 0.1) {
        leave("delays of EFL grow at most twofold, with a jitter of a tenth", whole);
    }
    let mut longest = from;
    for _ in 1..times.min(30) {
        #[expect(clippy::cast_precision_loss, reason = "delays are far below 2^53 ms")]
        let next = longest.0 as f64 * factor.clamp(1.0, 2.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is positive and bounded"
        )]
        let next = Duration(next.min(86_400_000.0) as u64);
        longest = next.max(from);
    }
    Some(Retry { times, backoff: Some(Backoff { from, to: longest }) })
}

/// A number, also one written as text.
fn number(json: &Json) -> Option<f64> {
    json.as_f64().or_else(|| json.as_str()?.parse().ok()).filter(|n| n.is_finite())
}

/// The rate limit.
pub(super) fn rate(trigger: &mut Json, left: &mut Left) -> Option<Rate> {
    let mut json = take(trigger, &["rateLimit"])?;
    let whole = input::yaml(&json).unwrap_or_default();
    let unit = match text(&mut json, &["unit"]).as_deref() {
        None | Some("" | "Second") => Some('s'),
        Some("Minute") => Some('m'),
        Some("Hour") => Some('h'),
        Some(_) => None,
    };
    let times = int(&mut json, &["requestsPerUnit"]).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
    match (unit, times) {
        (Some(unit), Some(times)) if input::is_empty(&json) => Some(Rate { times, unit }),
        _ => {
            let why = "a rate is a number of times in a second, minute or hour";
            left.push(("rateLimit".to_owned(), why.to_owned(), whole));
            None
        }
    }
}

/// Which answers are success: EFL takes any of 2xx.
pub(super) fn status(trigger: &mut Json, left: &mut Left) {
    let Some(mut policy) = take(trigger, &["policy"]) else { return };
    take_as(&mut policy, &["status", "allow"], |json| {
        let fine = |status: &Json| status.as_i64().is_some_and(|n| (200..300).contains(&n));
        json.as_array()?.iter().all(fine).then_some(())
    });
    left.extend(input::yaml(&policy).map(|what| {
        let why = "a call succeeds with any status of 200 to 299, and a rule does not wait for its Workflow";
        ("policy".to_owned(), why.to_owned(), what)
    }));
}

#[cfg(test)]
mod tests {
    use super::{rate, retry};
    use serde_json::{Value as Json, json};

    fn tried(strategy: &Json, again: bool) -> (String, usize) {
        let mut left = Vec::new();
        let retry = retry(&mut json!({ "retryStrategy": strategy }), again, &mut left);
        let text = retry.and_then(|retry| {
            let backoff = retry.backoff?;
            Some(format!("{} backoff {}..{}", retry.times, backoff.from, backoff.to))
        });
        (text.unwrap_or_default(), left.len())
    }

    #[test]
    fn tries_are_further_tries() {
        for (strategy, again, expected, left) in [
            (
                json!({ "steps": 4, "duration": "1s", "factor": 2, "jitter": 0.1 }),
                true,
                "3 backoff 1s..4s",
                0,
            ),
            (json!({ "steps": 3 }), true, "2 backoff 1s..1s", 0),
            (json!({}), true, "4 backoff 1s..1s", 0),
            (json!({ "steps": 3, "factor": 10 }), true, "2 backoff 1s..2s", 1),
            (json!({ "steps": 1 }), true, "", 1),
            (json!({ "steps": 3 }), false, "", 1),
            (Json::Null, true, "", 1),
            (Json::Null, false, "", 0),
        ] {
            assert_eq!(tried(&strategy, again), (expected.to_owned(), left));
        }
    }

    #[test]
    fn rates_have_units() {
        let read = |json: Json| {
            rate(&mut json!({ "rateLimit": json }), &mut Vec::new()).map(|rate| rate.to_string())
        };
        assert_eq!(read(json!({ "unit": "Minute", "requestsPerUnit": 5 })).as_deref(), Some("5/m"));
        assert_eq!(read(json!({ "requestsPerUnit": 10 })).as_deref(), Some("10/s"));
        assert_eq!(read(json!({ "unit": "Day", "requestsPerUnit": 10 })), None);
    }
}
