//! The forms for issues are YAML, and ask for something.

use std::fs;

use yaml_rust2::YamlLoader;

use crate::page::root;

#[test]
fn every_form_asks_for_something() {
    let mut asked = 0;
    for form in fs::read_dir(root().join(".github/ISSUE_TEMPLATE")).expect("forms") {
        let path = form.expect("a form").path();
        let text = fs::read_to_string(&path).expect("a form");
        let form = YamlLoader::load_from_str(&text).expect("YAML").remove(0);
        if path.ends_with("config.yml") {
            assert!(form["blank_issues_enabled"].as_bool().is_some());
            continue;
        }
        let name = path.display();
        assert!(
            form["name"].as_str().is_some() && form["description"].as_str().is_some(),
            "{name}"
        );
        for field in form["body"].as_vec().unwrap_or_else(|| panic!("{name}: no body")) {
            let (kind, attributes) =
                (field["type"].as_str().expect("a type"), &field["attributes"]);
            match kind {
                "markdown" => assert!(attributes["value"].as_str().is_some(), "{name}"),
                "input" | "textarea" => {
                    asked += 1;
                    assert!(attributes["label"].as_str().is_some(), "{name}");
                    assert!(field["id"].as_str().is_some(), "{name}");
                }
                other => panic!("{name}: what is a {other}?"),
            }
        }
    }
    assert!(asked > 3);
}
