use std::net::{Ipv4Addr, TcpListener};

use crate::program::run;

#[test]
fn help_and_mistakes() {
    let (code, usage, stderr) = run(&["--help"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(usage.starts_with("usage: cargo run --example flaskr"), "{usage}");
    for (arguments, mistake) in [
        (&["--dmeo"][..], "--dmeo: not known"),
        (&["--port"], "--port needs a value"),
        (&["--port", "65536"], "\"65536\" is not a number, or too large"),
        (&["--demo", "--rounds", "-1"], "\"-1\" is not a number, or too large"),
    ] {
        assert_eq!(run(arguments), (Some(2), String::new(), format!("{mistake}\n\n{usage}")));
    }
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (arguments, option) in [
        (["--port", &port, "--notify-port", "0"], "--port"),
        (["--notify-port", &port, "--port", "0"], "--notify-port"),
    ] {
        let (code, stdout, stderr) = run(&arguments);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
        assert!(stderr.starts_with(&format!("flaskr: cannot listen on 127.0.0.1:{port} (")));
        assert!(stderr.ends_with(&format!("; choose another port with {option}\n")), "{stderr}");
    }
}

#[test]
fn a_database_that_cannot_be_opened() {
    let nowhere = concat!(env!("CARGO_MANIFEST_DIR"), "/no such folder/flaskr.sqlite");
    let (code, stdout, stderr) = run(&["--database", nowhere, "--port", "0", "--notify-port", "0"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains("unable to open database file"), "{stderr}");
}
