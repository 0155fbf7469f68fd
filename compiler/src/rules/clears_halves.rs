//! E0415 clears-halves.

super::rule! {
    code: "E0415",
    name: "clears-halves",
    level: Hint,
    summary: "In `(a and b) or c` an event `c` also forgets a waiting `a` or `b`.",
    page: "",
}
