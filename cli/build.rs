//! How the `efl` program is linked.

/// On Linux at addresses of its own, not where the loader likes: nineteen thousand addresses in tables need no correction then,
/// which was a seventh of the time that a small file takes. What it gives up is the random place of the program itself, which
/// makes faults of memory harder to exploit; EFL has no unsafe code.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
