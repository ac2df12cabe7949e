mod reexports {
    pub use apitoolkit_actix as toolkit;
}

#[derive(reexports::toolkit::Redact)]
#[redact(crate = reexports::toolkit)]
struct User<'a, T: ?Sized>
where
    T: ToString,
{
    #[redact]
    email: &'a T,
}

fn main() {
    assert_eq!(User { email: "a" }.email.to_string(), "a");
    let rules = reexports::toolkit::RedactRules::of::<User<'_, str>>();
    assert_eq!(rules.json_paths(), ["$['email']"]);
}
