//! E0906 bad-expectation.

super::rule! {
    code: "E0906",
    name: "bad-expectation",
    level: Error,
    summary: "`expect no … times N`, `times 0`, or `expect nothing else` as the first expectation of a phase.",
    page: include_str!("pages/E0906.md"),
}
