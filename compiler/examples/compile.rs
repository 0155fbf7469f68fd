//! Compiles files and prints their resources.
use efl_compiler::{compile, db::Database, system::System};
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
        for orc in compile::orchestrators(&db, file) {
            match compile::resources(&orc, &compile::Options::default()) {
                Ok(resources) => {
                    for r in &resources {
                        println!("---\n{}", efl_compiler::yaml::to_string(r).unwrap());
                    }
                }
                Err(errors) => {
                    for e in errors {
                        println!("{e}");
                    }
                }
            }
        }
    }
}
