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
    speed  number
    lane  "left" | "right"
    plate  string
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
        ["plate", "lane", "speed"] // what can be a text before what cannot
    );
}

#[test]
fn a_parameter_takes_the_field_of_its_name() {
    let body = |line: &str| format!("{HEAD}  rule fast on car or truck {{\n    {line}\n  }}\n}}\n");
    assert_eq!(labels(&body("report(speed: car.<CURSOR>)"))[0], "speed");
    assert_eq!(labels(&body("let zone = 1\n    report(speed: <CURSOR>)"))[..3], ["car", "truck", "zone"]);
    assert_eq!(labels(&body("if truck != null { report(speed: <CURSOR>) }"))[0], "truck");
    assert_eq!(labels(&body("let note = \"at ${car.<CURSOR>}\""))[0], "plate");
    assert_eq!(labels(&body("let note = \"speed ${car.<CURSOR>}\""))[0], "speed");
}

#[test]
fn what_nothing_calls_yet_comes_first_and_a_workflow_does_not_run_itself() {
    let found = labels(&format!(
        "{HEAD}  function keep(plate: string) {{ image: \"r.example/keep:1.0\" }}
  workflow both(plate: string) {{\n    report(plate: plate, speed: 1)\n    <CURSOR>\n  }}\n}}\n"
    ));
    assert_eq!(found[..2], ["keep", "report"]);
    assert!(!found.contains(&"both".to_owned()));
}

#[test]
fn a_rule_is_written_for_the_event_that_none_has() {
    let rule = "  rule one on car { report(plate: car.plate, speed: 1) }\n";
    assert_eq!(labels(&format!("{HEAD}{rule}  rule two on <CURSOR>\n}}\n"))[..2], ["truck", "car"]);
    assert_eq!(labels(&format!("{HEAD}  rule two on car and <CURSOR>\n}}\n"))[..2], ["truck", "car"]);
}

#[test]
fn lengths_of_time_stand_behind_within() {
    assert_eq!(
        labels(&format!("{HEAD}  rule two on car and truck within <CURSOR> {{ }}\n}}\n")),
        ["10s", "1m", "1h"]
    );
}

/// A test behind the pipeline of [`HEAD`].
fn in_test(steps: &str) -> String {
    let rules = "  rule fast on car[speed > 50] { report(plate: car.plate, speed: car.speed) }
  rule heavy on truck { report(plate: truck.plate, speed: 1) }\n}\n";
    format!("{HEAD}{rules}test \"a fast car\" {{\n  {steps}\n}}\n")
}

#[test]
fn a_test_is_about_what_its_title_says_and_what_was_sent() {
    assert_eq!(labels(&in_test("send <CURSOR>"))[0], "car");
    assert_eq!(labels(&in_test("send truck { plate: \"x\" }\n  expect rule <CURSOR>"))[0], "heavy");
    assert_eq!(labels(&in_test("send car { plate: \"x\", <CURSOR>"))[..2], ["speed", "lane"]);
    assert_eq!(labels(&in_test("expect call report { speed: 1, <CURSOR> }"))[..2], ["plate", "note"]);
    assert_eq!(labels(&in_test("mock report fails 503 <CURSOR>")), ["then"]);
}

#[test]
fn a_test_may_stand_in_another_file_than_its_orchestrator() {
    let rule = "  rule fast on car { report(plate: car.plate, speed: car.speed) }\n}\n";
    let test = |step: &str| {
        format!(
            "//- /a.efl\nimport {{ o }} from \"o.efl\"\ntest \"t\" {{\n  {step}\n}}\n//- /o.efl{HEAD}{rule}"
        )
    };
    assert_eq!(labels(&test("send <CURSOR>"))[..2], ["car", "truck"]);
    assert_eq!(labels(&test("send car { <CURSOR> }"))[..2], ["plate", "speed"]);
    assert_eq!(labels(&test("expect rule <CURSOR>")), ["fast"]);
}

#[test]
fn a_source_kind_knows_the_fields_that_are_there() {
    let found = labels(
        "orchestrator o {\n  source s: <CURSOR> {\n    url: \"tcp://a\"\n    event e: any { topic: \"t\" }\n  }\n}\n",
    );
    assert!(found[..3].contains(&"mqtt".to_owned()), "{found:?}");
}

#[test]
fn what_stands_behind_the_cursor_is_not_inserted_again() {
    let insert = |source: &str| {
        let fixture = Fixture::new(source);
        let found = completion(&fixture.db, fixture.file, fixture.offset());
        found.items.into_iter().next().expect("something fits").insert
    };
    assert_eq!(
        insert(&format!("{HEAD}  rule r on car {{\n    rep<CURSOR>(plate: \"x\")\n  }}\n}}\n")),
        "report"
    );
    assert_eq!(insert("function f() {\n  im<CURSOR>: \"r.example/f:1.0\"\n}\n"), "image");
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

/// The errors of a program.
fn errors(text: &str) -> Vec<String> {
    let mut system = MemorySystem::default();
    system.files.insert("main.efl".to_owned(), text.into());
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it is loaded");
    let found = project::diagnostics(&db, file).into_iter().filter(|found| found.level == Level::Error);
    found.map(|found| format!("{} in {text}", found.message)).collect()
}

#[test]
fn a_declaration_that_is_inserted_has_no_mistake() {
    let fixture = Fixture::new("<CURSOR>\n");
    let found = completion(&fixture.db, fixture.file, fixture.offset()).items;
    // The others name or call what is not there.
    let whole = ["param", "type", "bus", "fleet", "orchestrator", "function"];
    let wrong: Vec<String> = found
        .iter()
        .filter(|item| whole.contains(&item.label.as_str()))
        .flat_map(|item| errors(&filled(&item.insert)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_source_that_is_inserted_has_no_mistake() {
    let fixture = Fixture::new("orchestrator o {\n  namespace: \"n\"\n  source s: <CURSOR>\n}\n");
    let found = completion(&fixture.db, fixture.file, fixture.offset()).items;
    let mut wrong = Vec::new();
    for item in found.iter().filter(|item| item.kind == Kind::Source) {
        let text =
            format!("orchestrator o {{\n  namespace: \"n\"\n  source s: {}\n}}\n", filled(&item.insert));
        wrong.extend(errors(&text).into_iter().map(|error| format!("{}: {error}", item.label)));
    }
    assert!(found.len() > 25 && wrong.is_empty(), "{}", wrong.join("\n"));
}
