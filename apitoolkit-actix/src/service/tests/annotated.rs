//! `#[traced_service]` on every kind of function.

use std::{cell::Cell, pin::Pin, rc::Rc};

use super::*;
use crate::traced_service;

fn run<T>(future: impl Future<Output = T>) -> T {
    match poll(&mut pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it does not wait for anything"),
    }
}

/// The spans of `work`, without what is the same in all of them.
fn spans_of<T>(work: impl FnOnce() -> T) -> Vec<String> {
    let traces = Traces::new(Sampler::AlwaysOn);
    let _attached = traces.context.clone().attach();
    drop(work());
    let start = "code.function.name=";
    traces
        .seen()
        .iter()
        .map(|line| {
            line.replace("Internal ", "")
                .replace("annotated::", "")
                .split(' ')
                .filter(|part| !part.starts_with("apitoolkit.service"))
                .map(|part| {
                    part.strip_prefix(start).map_or_else(|| part.to_owned(), |p| format!("@{p}"))
                })
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[traced_service(crate = crate)]
fn plain(number: u8) -> u8 {
    if number == 0 {
        return 1;
    }
    number * 2
}

#[traced_service(crate = crate, service = "Blog", method = "read", attributes(user.id = *id, "quoted key" = text, missing = None::<bool>))]
async fn described(id: &u64, text: &str) -> usize {
    plain(0);
    text.len()
}

#[traced_service(crate = crate)]
async fn failing(fails: bool) -> Result<u8, std::io::Error> {
    let number = load(fails).await?;
    Ok(number)
}

#[traced_service(crate = crate, report_errors = false)]
fn silent() -> Result<(), String> {
    Err("SECRET".to_owned())
}

#[traced_service(crate = crate)]
fn opaque(fails: bool) -> Result<impl Sized, &'static str> {
    if fails { Err("token=abcdef123456") } else { Ok(1) }
}

#[traced_service(crate = crate, skip)]
fn untraced() {}

#[traced_service(crate = crate)]
async fn local(shared: Rc<Cell<u8>>) -> u8 {
    shared.set(7);
    std::future::ready(()).await;
    shared.get()
}

struct Repo<T> {
    rows: Vec<T>,
}

impl<T: Clone> Repo<T> {
    #[traced_service(crate = crate)]
    fn first(&mut self) -> &mut T {
        self.rows.first_mut().expect("a row")
    }

    #[traced_service(crate = crate)]
    async fn all(&self) -> impl Iterator<Item = &T> {
        self.rows.iter()
    }

    #[traced_service(crate = crate)]
    async fn new(rows: Vec<T>) -> Self {
        Self { rows }
    }

    #[traced_service(crate = crate)]
    fn map<'a, U>(&'a self, mut map: impl FnMut(&'a T) -> U) -> Vec<U> {
        let mut out = Vec::new();
        for row in &self.rows {
            out.push(map(row));
        }
        out
    }
}

trait Find {
    fn find<'s, 'f>(
        &'s self,
        id: u8,
    ) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send + 'f>>
    where
        's: 'f;
}

impl Find for Repo<u8> {
    // As `#[async_trait]` writes it.
    #[traced_service(crate = crate)]
    fn find<'s, 'f>(
        &'s self,
        id: u8,
    ) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send + 'f>>
    where
        's: 'f,
    {
        Box::pin(async move {
            let __self = self;
            let id = id;
            let found: Result<u8, String> =
                { __self.rows.get(usize::from(id)).copied().ok_or_else(|| "none".into()) };
            found
        })
    }
}

#[test]
fn functions_have_their_names_and_nothing_of_their_arguments() {
    assert_eq!(spans_of(|| plain(0)), ["annotated.plain @plain"]);
    assert_eq!(spans_of(|| plain(3)), ["annotated.plain @plain"]);
    assert_eq!(
        spans_of(|| run(described(&7, "given"))),
        ["annotated.plain @plain", "Blog.read @described user.id=7 quoted key=given"]
    );
    assert_eq!(spans_of(untraced), [""; 0]);
    assert_eq!(run(described(&7, "given")), 5);
    assert_eq!((plain(0), plain(3)), (1, 6));
}

#[test]
fn errors_are_reported_however_they_are_returned() {
    let failed = "error.type=std::io::error::Error (exception exception.type=std::io::error::Error \
                  exception.message=no luck with password=[CLIENT_REDACTED] ) Error<no luck with \
                  password=[CLIENT_REDACTED]>";
    assert_eq!(spans_of(|| run(failing(true))), [format!("annotated.failing @failing {failed}")]);
    assert_eq!(spans_of(|| run(failing(false))), ["annotated.failing @failing"]);
    assert_eq!(spans_of(silent), ["annotated.silent @silent"]);
    assert_eq!(spans_of(|| opaque(false).is_ok()), ["annotated.opaque @opaque"]);
    assert_eq!(
        spans_of(|| opaque(true).is_ok()),
        ["annotated.opaque @opaque error.type=&str (exception exception.type=&str \
          exception.message=token=[CLIENT_REDACTED] ) Error<token=[CLIENT_REDACTED]>"]
    );
}

#[test]
fn methods_are_named_after_their_type() {
    let spans = spans_of(|| {
        let mut repo = run(Repo::new(vec![1_u8, 2]));
        *repo.first() += 1;
        assert_eq!(run(repo.all()).copied().collect::<Vec<_>>(), [2, 2]);
        assert_eq!(repo.map(|row| row + 1), [3, 3]);
        assert_eq!(run(repo.find(0)), Ok(2));
        assert!(run(repo.find(9)).is_err());
    });
    let names: Vec<_> =
        spans.iter().map(|span| span.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(names, ["Repo.new", "Repo.first", "Repo.all", "Repo.map", "Repo.find", "Repo.find"]);
    assert!(spans[5].ends_with("exception.message=none ) Error<none>"), "{}", spans[5]);
}

#[test]
fn futures_that_stay_on_their_thread_work() {
    assert_eq!(spans_of(|| run(local(Rc::default()))), ["annotated.local @local"]);
}
