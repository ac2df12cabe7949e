//! `#[redact(debug)]`.

use apitoolkit_actix::Redact;

#[derive(Redact)]
#[redact(debug)]
#[expect(dead_code, reason = "only shown")]
struct User<T> {
    name: &'static str,
    #[redact]
    token: fn(&T),
    #[redact(nested)]
    cards: Vec<Card>,
}

#[derive(Redact)]
#[redact(debug)]
#[expect(dead_code, reason = "only shown")]
enum Card {
    None,
    Number(#[redact] u64, u8),
    Full {
        #[redact]
        number: u64,
        r#type: &'static str,
    },
}

#[derive(Redact)]
#[redact]
#[redact(debug)]
struct Password(#[expect(dead_code, reason = "never shown")] String);

#[test]
fn marked_fields_are_not_shown() {
    let cards = vec![Card::None, Card::Number(42, 7), Card::Full { number: 42, r#type: "visa" }];
    let user = User::<u8> { name: "Jo", token: |_| {}, cards };
    assert_eq!(
        format!("{user:?}"),
        "User { name: \"Jo\", token: [CLIENT_REDACTED], cards: [None, Number([CLIENT_REDACTED], 7), \
         Full { number: [CLIENT_REDACTED], type: \"visa\" }] }"
    );
    assert_eq!(format!("{:?}", Password("SECRET".into())), "Password([CLIENT_REDACTED])");
}
