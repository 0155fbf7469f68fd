//! Rendezvous hashing: which cluster a pipeline prefers when nothing else tells them apart.
//!
//! Stable for ever, or an upgrade would move pipelines: FNV-1a over the bytes, then the finaliser of `SplitMix64`, as FNV
//! alone hardly mixes the last bytes into the high bits (<http://www.isthe.com/chongo/tech/comp/fnv/>,
//! <https://prng.di.unimi.it/splitmix64.c>).

/// How much a pipeline likes a cluster. Different pipelines like different ones, so ties spread; when a cluster goes, only
/// its own pipelines choose anew.
pub(crate) fn rendezvous(pipeline: &str, cluster: &str) -> u64 {
    // A byte that is in no name stands between the two.
    let bytes = pipeline.bytes().chain([0xff]).chain(cluster.bytes());
    mix(bytes
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// The same, so that a cluster of twice the weight is liked best by twice the pipelines: -w / ln(u), where u is the hash as a
/// number between 0 and 1 (Schindelhauer and Schomaker, "Weighted Distributed Hash Tables", 2005).
pub(crate) fn weighted(pipeline: &str, cluster: &str, weight: f64) -> f64 {
    -weight / unit(rendezvous(pipeline, cluster)).ln()
}

/// The finaliser of `SplitMix64`.
pub(crate) const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Bits as a number above 0 and below 1.
#[allow(clippy::cast_precision_loss)] // 53 bits are left
pub(crate) fn unit(bits: u64) -> f64 {
    ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_every_earlier_version() {
        assert_eq!(rendezvous("city/crossing", "edge-a"), 0xe7fd_6eee_7ed8_b994);
    }

    #[test]
    fn pipelines_spread_by_weight() {
        let heavy = (0..3_000)
            .map(|n| format!("ns/{n}"))
            .filter(|pipeline| weighted(pipeline, "a", 2.0) > weighted(pipeline, "b", 1.0))
            .count();
        assert!((1_900..2_100).contains(&heavy), "{heavy} of 3000");
    }
}
