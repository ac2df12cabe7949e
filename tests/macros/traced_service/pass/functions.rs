//! Every kind of function. What they record is tested in the library.
#![deny(warnings)]

use std::{fmt::Display, future::Future, rc::Rc};

use apitoolkit_actix::traced_service;

#[traced_service]
/// Attributes stay, also those inside.
pub(crate) fn attributes() -> u8 {
    #![allow(unused_variables)]
    let unused = 1;
    2
}

#[traced_service]
fn never() -> ! {
    panic!("never")
}

#[traced_service]
unsafe fn dangerous(byte: *const u8) -> u8 {
    unsafe { *byte }
}

#[traced_service]
extern "C" fn foreign(byte: u8) -> u8 {
    byte
}

#[traced_service]
fn generic<'a, T, const N: usize>(list: &'a mut [T; N], shown: impl Display) -> Option<&'a mut T>
where
    T: Display + 'a,
{
    let _ = shown.to_string();
    list.first_mut()
}

#[traced_service]
async fn patterns((a, mut b): (u8, u8), [c, ..]: [u8; 3], _: String) -> u8 {
    b += 1;
    a + b + c
}

#[traced_service]
async fn not_send(shared: Rc<u8>) -> impl Display {
    std::future::ready(()).await;
    *shared
}

#[traced_service]
async fn question_mark(text: String) -> Result<impl Display, Box<dyn std::error::Error>> {
    let number: u8 = text.parse()?;
    if number > 100 {
        return Err("too much".into());
    }
    Ok(number)
}

struct Repo<Row> {
    rows: Vec<Row>,
}

impl<Row: Clone> Repo<Row> {
    #[traced_service]
    pub fn new(rows: Vec<Row>) -> Self {
        Self { rows }
    }

    #[traced_service]
    async fn open(rows: Vec<Row>) -> Self {
        Self { rows }
    }

    #[traced_service(handler = false)]
    async fn wrapped(row: Wrapper<Row>) -> Self {
        Self { rows: vec![row.0] }
    }

    #[traced_service]
    async fn find(&mut self, at: usize) -> Option<&mut Row> {
        self.rows.get_mut(at)
    }

    #[traced_service]
    fn into_rows(mut self: Box<Self>) -> Vec<Row> {
        std::mem::take(&mut self.rows)
    }
}

struct Wrapper<T>(T);

#[async_trait::async_trait]
trait Store {
    async fn get(&self, key: &str) -> Result<u8, String>;
    #[traced_service]
    async fn first(&self) -> Result<u8, String> {
        self.get("first").await
    }
}

#[async_trait::async_trait]
impl Store for Repo<u8> {
    #[traced_service(service = "Store", attributes(key.length = key.len()))]
    async fn get(&self, key: &str) -> Result<u8, String> {
        let Some(first) = self.rows.first() else {
            return Err(format!("no {key}"));
        };
        Ok(*first)
    }
}

fn spawns<F: Future + Send + 'static>(_: F) {}

fn main() {
    assert_eq!(attributes(), 2);
    let _: fn() -> ! = never;
    assert_eq!(unsafe { dangerous(&1) } + foreign(1), 2);
    assert_eq!(generic(&mut [1], "a"), Some(&mut 1));
    drop((patterns((1, 2), [1, 2, 3], String::new()), not_send(Rc::new(1))));
    drop((Repo::<u8>::open(vec![]), Repo::wrapped(Wrapper(1))));
    spawns(question_mark("1".to_owned()));
    let mut repo = Repo::new(vec![1_u8]);
    drop(repo.find(0));
    drop(Store::first(&repo));
    assert_eq!(Box::new(repo).into_rows(), [1]);
}
