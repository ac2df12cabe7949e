use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use apitoolkit_tests::{SOON, TestApp};
use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use serde_json::{Value, json};

use crate::support::{BASE, TOKEN};

/// A browser that is logged in.
pub(super) struct Browser {
    pub(super) client: Client,
    driver: Child,
    scratch: PathBuf,
    address: String,
}

/// How it looks at pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looks {
    pub(super) width: u32,
    pub(super) dark: bool,
}

impl Default for Looks {
    fn default() -> Self {
        Self { width: 1280, dark: false }
    }
}

impl Browser {
    /// Opens the explorer of an app by its link; absent if there is no browser here.
    pub(super) async fn open(app: &TestApp, looks: Looks) -> Option<Self> {
        let (Some(driver), Some(chromium)) = (find("chromedriver"), find("chromium")) else {
            assert!(env::var_os("CI").is_none(), "CI needs chromium and chromedriver");
            println!("skipped: chromium and chromedriver are not both in PATH");
            return None;
        };
        let scratch = scratch();
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .env("TMPDIR", &scratch)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // With the browser, so that both can be ended together.
            .process_group(0)
            .spawn()
            .expect("chromedriver starts");
        let said = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = said
            .map_while(Result::ok)
            .find_map(|line| {
                let port = line.split_once("started successfully on port ")?.1;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver says where it is");
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client = ClientBuilder::new(connector)
            .capabilities(capabilities(&chromium, looks))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        let address = app.address.to_string();
        let browser = Self { client, driver, scratch, address };
        browser.go(&format!("/?token={TOKEN}")).await;
        Some(browser)
    }

    pub(super) async fn go(&self, path: &str) {
        let url = format!("http://{}{BASE}{path}", self.address);
        self.client.goto(&url).await.expect("a page");
    }

    pub(super) async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("a URL");
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("{}{query}", url.path());
        path.strip_prefix(BASE).expect("a page of the explorer").to_owned()
    }

    /// Waits for an element.
    pub(super) async fn find(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(SOON).every(Duration::from_millis(20));
        wait.for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(super) async fn click(&self, css: &str) {
        self.find(css).await.click().await.expect("a click");
    }

    pub(super) async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("its text")
    }

    /// What a function of JavaScript returns.
    pub(super) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("a script")
    }

    /// Waits until an expression of JavaScript is true.
    pub(super) async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression});");
        let is_true = || async { self.run(&script).await == Value::Bool(true) };
        let deadline = std::time::Instant::now() + SOON;
        while !is_true().await {
            if std::time::Instant::now() > deadline {
                let page = self.client.source().await.unwrap_or_default();
                panic!("never true: {expression}\n{page}");
            }
            actix_rt::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn press(&self, keys: &str) {
        self.find("body").await;
        let active = self.client.active_element().await.expect("an element has the focus");
        active.send_keys(keys).await.expect("a key");
    }

    /// Keeps what the page looks like, for whoever wants to see it.
    pub(super) async fn screenshot(&self, name: &str) {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("explorer");
        fs::create_dir_all(&directory).expect("a directory");
        let image = self.client.screenshot().await.expect("a screenshot");
        fs::write(directory.join(format!("{name}.png")), image).expect("a file");
    }

    /// Checks that the browser complained of nothing: no error of a script, nothing that the
    /// content security policy forbids, no file that is missing.
    pub(super) async fn has_no_complaints(&self, page: &str) {
        let log = self.client.issue_cmd(Log).await.expect("the log");
        assert_eq!(log, json!([]), "{page}");
    }

    pub(super) async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

/// Also of a test that failed, no browser stays behind: its page would go on asking for events, of
/// whoever has the port then. Nor do its profile and sockets, which a browser that is killed leaves.
impl Drop for Browser {
    fn drop(&mut self) {
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).status();
        let _ = self.driver.wait();
        // Its other processes are about to end as well.
        for _ in 0..100 {
            if fs::remove_dir_all(&self.scratch).is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Where a browser has its temporary files. Sockets are among them, so that its path has to be short.
fn scratch() -> PathBuf {
    static BROWSERS: AtomicUsize = AtomicUsize::new(0);
    let number = BROWSERS.fetch_add(1, Ordering::Relaxed);
    let directory = env::temp_dir().join(format!("browser-{}-{number}", process::id()));
    fs::create_dir_all(&directory).expect("a directory");
    directory
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file())
}

fn capabilities(chromium: &std::path::Path, looks: Looks) -> Capabilities {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--hide-scrollbars".to_owned(),
        format!("--window-size={},900", looks.width.max(500)),
    ];
    if looks.dark {
        arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
    }
    let mut chrome = json!({ "binary": chromium, "args": arguments });
    if looks.width < 500 {
        // A window cannot be that narrow, a telephone can.
        let metrics =
            json!({ "width": looks.width, "height": 900, "pixelRatio": 1.0, "touch": false });
        chrome["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    let capabilities = json!({
        "goog:chromeOptions": chrome,
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    match capabilities {
        Value::Object(capabilities) => capabilities,
        _ => Capabilities::new(),
    }
}

/// What the browser wrote into its console.
#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
