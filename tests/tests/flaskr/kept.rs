//! Without a receiver, and with a file.

use std::{fs, path::PathBuf};

use crate::{browser::Browser, running::Flaskr};

const SECRET: &str = "planted-passphrase-d04b";

#[test]
fn posts_are_kept_in_a_file() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("flaskr");
    // Left over from a run that failed, if it is there.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("a folder");
    let file = folder.join("flaskr.sqlite");
    let arguments = ["--database", file.to_str().expect("UTF-8")];

    let flaskr = Flaskr::start(None, &arguments);
    let mut ada = Browser::new(flaskr.blog);
    ada.arrive("ada", SECRET);
    let post = [("title", "To be kept"), ("body", "Line one\nLine two")];
    assert_eq!(ada.post("/create", &post).0, 303);
    let printed = flaskr.stop();
    // Three forms, and the call to the other app as both see it.
    assert!(printed.contains("\n5 exchanges recorded, 0 lost.\n"), "{printed}");

    let flaskr = Flaskr::start(None, &arguments);
    let mut ada = Browser::new(flaskr.blog);
    let (_, page) = ada.get("/");
    assert!(page.contains("To be kept") && !page.contains("/1/update"), "{page}");
    ada.log_in("ada", SECRET);
    let (_, page) = ada.get("/1/update");
    assert!(page.contains("value=\"To be kept\"") && page.contains("\nLine one\nLine two</text"));
    let printed = flaskr.stop();
    assert!(printed.contains("\n3 exchanges recorded, 0 lost.\n"), "{printed}");
    let kept = fs::read(&file).expect("a file");
    let is_here = |text: &[u8]| kept.windows(text.len()).any(|window| window == text);
    assert!(is_here(b"$argon2id$") && !is_here(SECRET.as_bytes()));
    fs::remove_dir_all(&folder).expect("removed");
}
