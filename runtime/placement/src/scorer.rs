//! Scores from elsewhere: an installation may name a service that scores clusters instead of the engine.

use crate::fleet::Cluster;
use std::collections::BTreeMap;

/// The name of the term that such a score becomes.
pub(crate) const SCORER: &str = "scorer";

/// What an external scorer has answered: for each cluster a score from 0 to 1, more is better. It replaces the weights; what
/// has just moved, and what a pipeline would bring, still counts, and so do limits and late metrics.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scores(BTreeMap<String, f64>);

/// Why an answer cannot be used. Then the built-in score decides.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum BadScore {
    /// A cluster that is up has none.
    #[error("there is no score for `{0}`")]
    Missing(String),
    /// A score is no number from 0 to 1.
    #[error("the score of `{cluster}` is {score}, which is not from 0 to 1")]
    OutOfRange {
        /// Whose.
        cluster: String,
        /// What it is.
        score: f64,
    },
}

impl Scores {
    /// An answer, all of it or nothing: half an answer would compare one scale with another. Clusters that nobody knows are
    /// left out.
    ///
    /// # Errors
    ///
    /// When a cluster that is up has no score, or one has a score that is none.
    pub fn checked(mut answer: BTreeMap<String, f64>, clusters: &[Cluster]) -> Result<Self, BadScore> {
        let mut scores = BTreeMap::new();
        for cluster in clusters {
            match answer.remove(&cluster.name) {
                Some(score) if (0.0..=1.0).contains(&score) => {
                    scores.insert(cluster.name.clone(), score);
                }
                Some(score) => return Err(BadScore::OutOfRange { cluster: cluster.name.clone(), score }),
                None if cluster.ready => return Err(BadScore::Missing(cluster.name.clone())),
                None => {}
            }
        }
        Ok(Self(scores))
    }

    /// The score of a cluster.
    pub(crate) fn get(&self, cluster: &str) -> Option<f64> {
        self.0.get(cluster).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_checked() {
        let cluster = |name: &str, ready| Cluster { name: name.to_owned(), ready, ..Cluster::default() };
        let clusters = [cluster("a", true), cluster("b", true), cluster("c", false)];
        let check = |answer: &[(&str, f64)]| {
            let answer = answer.iter().map(|(name, score)| ((*name).to_owned(), *score)).collect();
            Scores::checked(answer, &clusters)
        };
        let scores = check(&[("a", 0.0), ("b", 1.0), ("stranger", 7.0)]).expect("it is good");
        assert_eq!([scores.get("a"), scores.get("c"), scores.get("stranger")], [Some(0.0), None, None]);
        assert_eq!(check(&[("a", 0.5)]), Err(BadScore::Missing("b".to_owned())));
        for score in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            let bad = check(&[("a", score), ("b", 0.5)]);
            assert!(matches!(bad, Err(BadScore::OutOfRange { .. })), "{bad:?}");
        }
    }
}
