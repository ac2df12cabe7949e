use actix_web::{HttpRequest, HttpResponse, http::header, web};
use apitoolkit_actix::testing::Span;
use apitoolkit_tests::TestApp;

const HEADERS: &str = "authorization proxy-authorization authentication-info set-cookie2 \
    x-api-key api-key apikey x-auth-token x-access-token x-refresh-token x-session-id \
    x-session-token x-csrf-token x-xsrf-token csrf-token x-amz-security-token x-amzn-oidc-data \
    x-amzn-oidc-accesstoken x-goog-api-key x-goog-iap-jwt-assertion cf-access-jwt-assertion \
    cf-access-client-secret ocp-apim-subscription-key x-functions-key \
    x-ms-token-aad-access-token x-vault-token private-token x-gitlab-token x-hub-signature \
    x-hub-signature-256 stripe-signature x-slack-signature x-shopify-access-token \
    x-shopify-hmac-sha256 dd-api-key x-honeycomb-team x-sentry-auth x-forwarded-client-cert \
    x-client-cert dpop auth token secret password passwd pwd key jwt bearer sso saml csrf xsrf \
    credentials session sid identity credit card";
const QUERY: &str = "x-amz-signature x-amz-credential x-amz-security-token aws-access-key-id \
    signature sig x-goog-signature x-goog-credential policy key-pair-id code state access-token \
    refresh-token id-token id-token-hint client-secret client-assertion assertion code-verifier \
    saml-request saml-response relay-state ticket otp pin reset-token invite magic token password \
    passwd pwd passphrase secret api-key private-key secret-key auth";
const BODIES: &str = "passw pwd passphrase secret token credential private-key api-key access-key \
    authorization bearer jwt csrf xsrf session cookie signature pass pw auth key-material \
    mysql-pwd salt crypt certificate otp totp mfa-code two-factor pin cvv cvc ccv cc card-number \
    credit-card pan iban account-number routing-number ssn social-security";

/// A name of lower-case words with hyphens, in another spelling.
type Spelling = fn(&str) -> String;

const SPELLINGS: [Spelling; 8] = [
    str::to_owned,
    str::to_uppercase,
    |name| joined(name, "-", 0),
    |name| name.replace('-', "_"),
    |name| name.replace('-', "_").to_uppercase(),
    |name| name.replace('-', "."),
    |name| joined(name, "", 1),
    |name| joined(name, "", 0),
];

/// With capitals from this word on.
fn joined(name: &str, with: &str, first: usize) -> String {
    let word = |(n, word): (usize, &str)| match word.split_at_checked(1) {
        Some((initial, rest)) if n >= first => initial.to_uppercase() + rest,
        _ => word.to_owned(),
    };
    name.split('-').enumerate().map(word).collect::<Vec<_>>().join(with)
}

/// Answers with the headers, cookies and JSON that it gets.
async fn echo(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    for (name, value) in request.headers() {
        let text = value.to_str().unwrap();
        if text.starts_with("CANARY") {
            answer.append_header((name, value));
        } else if name == header::COOKIE {
            for cookie in text.split("; ") {
                answer.append_header(("set-cookie", cookie));
            }
        } else if name == header::REFERER {
            answer.append_header(("location", text));
        }
    }
    answer.content_type("application/json").body(body)
}

/// The spelt names, each with a value of its own.
struct Named(Vec<(String, String)>);

impl Named {
    fn new(names: &str, spell: Spelling) -> Self {
        let named = |(n, name)| (spell(name), format!("CANARY-{n}"));
        Self(names.split_whitespace().enumerate().map(named).collect())
    }

    fn joined(&self, each: impl Fn(&str, &str) -> String, between: &str) -> String {
        let parts: Vec<_> = self.0.iter().map(|(name, value)| each(name, value)).collect();
        parts.join(between)
    }

    fn pairs(&self) -> String {
        self.joined(|name, value| format!("{name}={value}"), "&")
    }

    /// How many of them are in the text, with the marker behind.
    fn marked(&self, text: &str, marked: impl Fn(&str) -> String) -> usize {
        self.0.iter().filter(|(name, _)| text.contains(&marked(name))).count()
    }
}

struct Sent {
    headers: Named,
    query: Named,
    body: Named,
    kind: &'static str,
}

impl Sent {
    fn content(&self) -> String {
        match self.kind {
            "application/json" => {
                let members = self.body.joined(|k, v| format!(r#""{k}": "{v}""#), ", ");
                format!("{{{members}}}")
            }
            "application/x-www-form-urlencoded" => self.body.pairs(),
            _ => {
                let part = |name: &str, value: &str| {
                    format!(
                        "--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    )
                };
                self.body.joined(part, "") + "--x--\r\n"
            }
        }
    }

    fn request(&self) -> String {
        let content = self.content();
        let headers = self.headers.joined(|name, value| format!("{name}: {value}\r\n"), "");
        let cookies = self.headers.joined(|name, value| format!("{name}={value}"), "; ");
        let (query, length) = (self.query.pairs(), content.len());
        format!(
            "POST /?{query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\
             cookie: {cookies}\r\nreferer: http://example.org/?{query}\r\n\
             content-type: {}\r\ncontent-length: {length}\r\n\r\n{content}",
            self.kind
        )
    }

    /// In how many places the names are there, all of them, and their values not.
    fn check(&self, span: &Span) -> usize {
        let header = |key: &str| span.strings_attr(key).unwrap_or_default().join("\n");
        let mut places = 0;
        for side in ["request", "response"] {
            for (name, _) in &self.headers.0 {
                let key = format!("http.{side}.header.{}", name.to_lowercase());
                // Two of the names may be one in this spelling.
                let values = span.strings_attr(&key).unwrap_or_default();
                let redacted = values.iter().all(|value| *value == "[CLIENT_REDACTED]");
                assert!(redacted && !values.is_empty(), "{key}: {values:?}");
            }
            places += 1;
        }
        let mut place = |names: &Named, text: &str, marked: &dyn Fn(&str) -> String| {
            assert_eq!(names.marked(text, marked), names.0.len(), "{text}");
            places += 1;
        };
        let cookie = |name: &str| format!("{name}=[CLIENT_REDACTED]");
        place(&self.headers, &header("http.request.header.cookie"), &cookie);
        place(&self.headers, &header("http.response.header.set-cookie"), &cookie);
        let in_url = |name: &str| format!("{name}=REDACTED");
        place(&self.query, span.str_attr("url.query").unwrap(), &in_url);
        place(&self.query, &header("http.request.header.referer"), &in_url);
        place(&self.query, &header("http.response.header.location"), &in_url);
        let content = String::from_utf8(span.request_body().unwrap()).unwrap();
        if self.kind == "application/json" {
            let member = |name: &str| format!(r#""{name}": "[CLIENT_REDACTED]""#);
            place(&self.body, &content, &member);
            let content = String::from_utf8(span.response_body().unwrap()).unwrap();
            place(&self.body, &content, &member);
        } else {
            let named = |name: &str| name.to_owned();
            place(&self.body, &content, &named);
        }
        places
    }
}

#[test]
fn every_sensitive_name_in_eight_spellings_everywhere() {
    let app = TestApp::start(
        |b| b.capture_request_body(true).capture_response_body(true),
        |cfg| {
            cfg.route("/", web::post().to(echo));
        },
    );
    // A request has no room for all headers.
    let headers: Vec<_> = HEADERS.split_whitespace().collect();
    let kinds = [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ];
    let mut sent = Vec::new();
    for spell in SPELLINGS {
        for (names, kind) in headers.chunks(headers.len().div_ceil(3)).zip(kinds) {
            let headers = Named::new(&names.join(" "), spell);
            let query = Named::new(QUERY, spell);
            sent.push(Sent { headers, query, body: Named::new(BODIES, spell), kind });
        }
    }
    for request in &sent {
        app.same(request.request());
    }
    // None of the values is anywhere in what was received.
    let spans = app.held(sent.len());
    let places: usize = sent.iter().zip(&spans).map(|(sent, span)| sent.check(span)).sum();
    let count = |names: &str| names.split_whitespace().count();
    println!(
        "figure: {} names in {} spellings in 11 kinds of places ({places} messages): 0 secrets left",
        count(HEADERS) + count(QUERY) + count(BODIES),
        SPELLINGS.len(),
    );
}
