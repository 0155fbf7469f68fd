use super::{Completion, Kind, completion};
use crate::fixture::Fixture;
use efl_compiler::{db::Database, diag::Level, project, system::MemorySystem};
use insta::assert_snapshot;

/// The first few of what can be typed.
fn first(source: &str, count: usize) -> String {
    let fixture = Fixture::new(source);
    let found = completion(&fixture.db, fixture.file, fixture.offset());
    let line = |item: &Completion| {
        let detail = item.detail.as_ref().map(|detail| format!("  {detail}")).unwrap_or_default();
        let import =
            item.import.as_ref().map(|edit| format!("  [{}]", edit.text.trim_end())).unwrap_or_default();
        format!("{}{detail}{import}", item.label)
    };
    found.items.iter().take(count).map(line).collect::<Vec<_>>().join("\n")
}

fn labels(source: &str) -> Vec<String> {
    let fixture = Fixture::new(source);
    let found = completion(&fixture.db, fixture.file, fixture.offset());
    found.items.into_iter().map(|item| item.label).collect()
}

const HEAD: &str = r#"
type Car = { plate: string, speed: number, lane: "left" | "right" }
orchestrator o {
  namespace: "n"
  source road: webhook {
    port: 12000
    auth: secret("road", "token")
    event car: Car { path: "/car" }
    event truck: Car { path: "/truck" }
  }
  function report(plate: string, speed: number, note?: string) { image: "r.example/report:1.0" }
"#;

#[test]
fn events_stand_behind_on() {
    assert_snapshot!(first(&format!("{HEAD}  rule fast on <CURSOR>\n}}\n"), 4), @r"
    car  event of road
    truck  event of road
    road
    not
    ");
}

#[test]
fn fields_of_the_payload_stand_in_a_predicate() {
    assert_snapshot!(first(&format!("{HEAD}  rule fast on car[<CURSOR>\n}}\n"), 3), @r#"
    plate  string
    speed  number
    lane  "left" | "right"
    "#);
}

#[test]
fn the_words_of_a_union_stand_behind_a_comparison() {
    assert_snapshot!(first(&format!("{HEAD}  rule fast on car[lane == <CURSOR>] {{ report(plate: \"x\", speed: 1) }}\n}}\n"), 2), @r#"
    "left"
    "right"
    "#);
}

#[test]
fn a_call_has_its_parameters() {
    assert_snapshot!(first(&format!("{HEAD}  rule fast on car {{\n    report(plate: car.plate, <CURSOR>)\n  }}\n}}\n"), 2), @r"
    speed  number
    note  string
    ");
}

#[test]
fn fields_stand_behind_a_dot() {
    assert_eq!(
        labels(&format!("{HEAD}  rule fast on car {{\n    report(plate: car.<CURSOR>\n  }}\n}}\n"))[..3],
        ["plate", "speed", "lane"]
    );
}

#[test]
fn required_fields_come_first() {
    assert_eq!(labels("orchestrator o {\n  source s: mqtt {\n    <CURSOR>\n  }\n}\n")[0], "url");
    assert_eq!(labels("function f() {\n  <CURSOR>\n}\n")[0], "image");
}

#[test]
fn a_field_that_is_given_is_not_offered_again() {
    assert!(
        !labels("function f() {\n  image: \"r.example/f:1.0\"\n  <CURSOR>\n}\n")
            .contains(&"image".to_owned())
    );
}

#[test]
fn a_name_of_another_file_comes_with_its_import() {
    let source = "
//- /main.efl
import { Car } from \"types.efl\"
param x: Tr<CURSOR>
//- /types.efl
type Car = any
type Truck = any
";
    let fixture = Fixture::new(source);
    let found = completion(&fixture.db, fixture.file, fixture.offset()).items;
    let truck = found.into_iter().find(|item| item.label == "Truck").expect("it is offered");
    let edit = truck.import.expect("it is imported");
    assert_snapshot!(fixture.applied(&[edit]), @r#"
    //- /main.efl
    import { Car, Truck } from "types.efl"
    param x: Tr
    "#);
}

#[test]
fn files_stand_in_the_path_of_an_import() {
    let source = "
//- /a/main.efl
import { Car } from \"<CURSOR>\"
//- /shared/types.efl
type Car = any
";
    assert_eq!(labels(source), ["../shared/types.efl"]);
}

#[test]
fn clusters_stand_in_a_list_of_clusters() {
    let source = "fleet f {\n  cluster edge-a { region: \"a\" }\n}\norchestrator o {\n  placement {\n    clusters: [<CURSOR>]\n  }\n}\n";
    assert_eq!(labels(source)[0], "edge-a");
}

#[test]
fn comments_and_texts_are_left_alone() {
    assert_eq!(labels("// a <CURSOR>\ntype T = any\n"), Vec::<String>::new());
    assert_eq!(labels("param x: string = \"a <CURSOR>\"\n"), Vec::<String>::new());
}

/// A snippet as it stands when nothing has been filled in.
fn filled(snippet: &str) -> String {
    let (mut out, mut rest) = (String::new(), snippet);
    while let Some(at) = rest.find('$') {
        let escaped = rest[..at].ends_with('\\');
        out.push_str(rest[..at].trim_end_matches('\\'));
        rest = &rest[at + 1..];
        if escaped {
            out.push('$');
        } else if let Some(place) = rest.strip_prefix('{') {
            let (_, behind) = place.split_once(':').expect("a place has a number");
            let end =
                behind.match_indices('}').find(|(at, _)| !behind[..*at].ends_with('\\')).expect("it ends").0;
            out.push_str(&behind[..end].replace("\\}", "}"));
            rest = &behind[end + 1..];
        } else {
            rest = rest.trim_start_matches('0');
        }
    }
    out + &rest.replace("\\}", "}")
}

#[test]
fn a_source_that_is_inserted_has_no_mistake() {
    let fixture = Fixture::new("orchestrator o {\n  namespace: \"n\"\n  source s: <CURSOR>\n}\n");
    let found = completion(&fixture.db, fixture.file, fixture.offset()).items;
    let mut wrong = Vec::new();
    for item in found.iter().filter(|item| item.kind == Kind::Source) {
        let text =
            format!("orchestrator o {{\n  namespace: \"n\"\n  source s: {}\n}}\n", filled(&item.insert));
        let mut system = MemorySystem::default();
        system.files.insert("main.efl".to_owned(), text.as_str().into());
        let db = Database::load(&system, &["main.efl".to_owned()]);
        let file = db.file("main.efl").expect("it is loaded");
        for found in project::diagnostics(&db, file) {
            if found.level == Level::Error {
                wrong.push(format!("{}: {} in {text}", item.label, found.message));
            }
        }
    }
    assert!(found.len() > 25 && wrong.is_empty(), "{}", wrong.join("\n"));
}
