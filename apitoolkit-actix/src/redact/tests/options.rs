use crate::redact::Redactor;

#[test]
fn bad_rules_name_option_position_and_offset() {
    let error = Redactor::builder().redact_headers(["ok", "not ok"]).build().unwrap_err();
    assert_eq!((error.option(), error.index(), error.offset()), ("redact_headers", 1, 3));
    let error = Redactor::builder().redact_headers([""]).build().unwrap_err();
    assert_eq!((error.option(), error.offset()), ("redact_headers", 0));
    let error = Redactor::builder().redact_names(["a", "-_"]).build().unwrap_err();
    assert_eq!((error.option(), error.index()), ("redact_names", 1));
    let error = Redactor::builder().redact_request_body(["email"]).build().unwrap_err();
    assert_eq!((error.option(), error.offset()), ("redact_request_body", 0));
    let error = Redactor::builder().redact_response_body(["$.a", "x"]).build().unwrap_err();
    assert_eq!((error.option(), error.index()), ("redact_response_body", 1));
}

#[test]
fn debug_shows_no_rule() {
    let redactor = Redactor::builder().redact_names(["hidden"]).build().unwrap();
    assert_eq!(format!("{redactor:?}"), "Redactor { .. }");
}

#[test]
fn can_be_shared() {
    fn assert_shared<T: Send + Sync + 'static>() {}
    assert_shared::<Redactor>();
}
