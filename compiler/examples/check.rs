//! Checks files and prints the diagnostics, short.
use efl_compiler::{db::Database, project, system::System};
struct Disk;
impl System for Disk {
    fn read(&self, path: &str) -> std::io::Result<String> {
        std::fs::read_to_string(path)
    }
}
fn main() {
    let roots: Vec<String> = std::env::args().skip(1).collect();
    let db = Database::load(&Disk, &roots);
    for root in &roots {
        let file = db.file(root).unwrap();
        let text = file.text(&db).unwrap_or_default();
        for d in project::diagnostics(&db, file) {
            let o = usize::from(d.diagnostic.range.start());
            let line = text[..o].matches('\n').count() + 1;
            let col = o - text[..o].rfind('\n').map_or(0, |i| i + 1) + 1;
            println!(
                "{root}:{line}:{col}: {:?}[{}]: {}{}",
                d.diagnostic.level,
                d.diagnostic.rule.code,
                d.diagnostic.message,
                d.diagnostic.help.map(|h| format!(" — {h}")).unwrap_or_default()
            );
        }
        for orc in project::orchestrators(&db, file) {
            println!("orchestrator {}", orc.name);
            if std::env::var("DUMP").is_ok() {
                println!("{}", efl_compiler::yaml::to_string(&orc.spec).unwrap());
            }
        }
    }
}
