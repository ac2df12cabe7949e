use std::{
    fmt::{self, Display},
    future::Future,
    path::PathBuf,
    sync::Arc,
};

use super::{
    StatementFuture, StatementGuard, attributes, language::Language, span::StatementSpan,
    vendor::DatabaseVendor,
};
use crate::{redact::Dialect, telemetry::default_config};

/// A database, as spans and metrics name it, and the way to follow its statements.
///
/// Made once, in a `LazyLock` or in the app's data, and cheap to clone. It follows the calls of any
/// driver: [`trace`](Self::trace) those that are awaited, [`trace_sync`](Self::trace_sync) those that
/// are not, and [`enter`](Self::enter) gives a guard where neither fits. Each statement is a span of
/// kind CLIENT, named by its summary so that statements group, and counts in the metric
/// `db.client.operation.duration`.
///
/// With sqlx, whose queries are futures:
///
/// ```
/// # mod sqlx {
/// #     pub struct Query;
/// #     pub fn query_as(_: &str) -> Query { Query }
/// #     impl Query {
/// #         pub fn bind(self, _: i64) -> Self { self }
/// #         pub async fn fetch_all<T, P>(self, _: &P) -> Result<Vec<T>, Error> { Ok(vec![]) }
/// #     }
/// #     pub type Error = std::io::Error;
/// # }
/// # struct Pool;
/// # struct Post;
/// use std::sync::LazyLock;
///
/// use apitoolkit_actix::{Channel, DatabaseInfo, DatabaseVendor};
///
/// static DB: LazyLock<DatabaseInfo> = LazyLock::new(|| {
///     DatabaseInfo::new("flaskr", DatabaseVendor::Postgresql)
///         .channel(Channel::Tcp("db.internal".to_owned(), 5432))
/// });
///
/// async fn posts(author: i64, pool: &Pool) -> Result<Vec<Post>, sqlx::Error> {
///     const POSTS: &str = "SELECT id, title FROM post WHERE author_id = $1";
///     let posts = sqlx::query_as(POSTS).bind(author).fetch_all(pool);
///     DB.trace(POSTS, posts).returned_rows(Vec::len).await
/// }
/// ```
///
/// With a driver that blocks, such as rusqlite, on a thread of `web::block`'s pool;
/// [`in_context_fn`](crate::in_context_fn) takes the request along, or the span would be a root:
///
/// ```
/// # mod rusqlite {
/// #     pub struct Connection;
/// #     impl Connection {
/// #         pub fn execute(&self, _: &str, _: [i64; 1]) -> Result<usize, Error> { Ok(1) }
/// #     }
/// #     pub type Error = std::io::Error;
/// # }
/// use actix_web::web;
/// use apitoolkit_actix::{DatabaseInfo, in_context_fn};
///
/// async fn purge(
///     db: web::Data<DatabaseInfo>,
///     connection: rusqlite::Connection,
///     now: i64,
/// ) -> actix_web::Result<usize> {
///     const PURGE: &str = "DELETE FROM session WHERE expires < ?";
///     let purge = move || db.trace_sync(PURGE, || connection.execute(PURGE, [now]));
///     let purged = web::block(in_context_fn(purge)).await?;
///     purged.map_err(actix_web::error::ErrorInternalServerError)
/// }
/// ```
///
/// # Security
/// A name that is a URL or a connection string is told without its password; better to give the bare
/// name. Of statements, values are never told, whether they are in the text or bound to it.
///
/// Messages of databases quote values. Once a call or a guard knows of an error, they are taken out of
/// it wherever it is told in the same exchange or service: by the exchange, as the cause of another
/// error, by a service, in a log line. Values of fewer than four bytes are found in quotes only. An
/// error of which nothing is told here is like any other.
///
/// # Cardinality
/// Every name makes series of metrics of its own: one for each database, not one for each customer.
#[derive(Clone)]
pub struct DatabaseInfo {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    name: String,
    vendor: DatabaseVendor,
    channel: Channel,
    language: Language,
}

/// How an app reaches a database.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// The database is a part of the process, as SQLite is.
    InProcess,
    /// By TCP: `server.address`, a name or an IP address, and `server.port`.
    Tcp(String, u16),
    /// By a Unix socket at this path.
    UnixSocket(PathBuf),
}

impl DatabaseInfo {
    /// A database by its name (`db.namespace`) and product.
    ///
    /// The name is what the conventions want for the product: the database's name, for PostgreSQL
    /// `{database}|{schema}`, for SQLite the file, for Redis the index. An empty one is left out.
    pub fn new(name: impl Into<String>, vendor: DatabaseVendor) -> Self {
        let language = vendor.language();
        let inner = Inner { name: name.into(), vendor, channel: Channel::InProcess, language };
        Self { inner: Arc::new(inner) }
    }

    /// How the app reaches it. Default: [`Channel::InProcess`], which says nothing of a server.
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        Arc::make_mut(&mut self.inner).channel = channel;
        self
    }

    /// Whether statements are SQL. Default: what the vendor speaks.
    ///
    /// Of SQL all but the values is told; of anything else the command alone. `true` is for products
    /// that are not listed, and for those that speak SQL among other languages.
    ///
    /// # Security
    /// What is not SQL and read as such may leave with its values.
    #[must_use]
    pub fn sql(mut self, is_sql: bool) -> Self {
        let inner = Arc::make_mut(&mut self.inner);
        inner.language = match (is_sql, inner.vendor.language()) {
            (false, _) => Language::Commands,
            (true, Language::Commands) => Language::Sql(Dialect::Unknown),
            (true, sql) => sql,
        };
        self
    }

    /// Follows the call that runs a statement.
    ///
    /// The span begins with this call, as a child of the current one, and ends with the future: when
    /// it is ready, when it panics, when it is dropped (cancelled: no error). While the future is
    /// polled, the span is the current one. What the future gives is passed on as it is; an `Err` is
    /// recorded, and its text told without the values that it quotes.
    ///
    /// In a trace that is not sampled there is no span, and the metric all the same.
    ///
    /// ```
    /// # use apitoolkit_actix::DatabaseInfo;
    /// # struct Pool;
    /// # async fn fetch(_: &str, _: &Pool) -> Result<Vec<String>, std::io::Error> { Ok(vec![]) }
    /// # async fn titles(db: &DatabaseInfo, pool: &Pool) -> Result<Vec<String>, std::io::Error> {
    /// const TITLES: &str = "SELECT title FROM post WHERE author_id = ?";
    /// let titles = db.trace(TITLES, fetch(TITLES, pool)).returned_rows(Vec::len).await?;
    /// # Ok(titles) }
    /// ```
    pub fn trace<F, T, E>(&self, statement: &str, future: F) -> StatementFuture<F, T>
    where
        F: Future<Output = Result<T, E>>,
        E: Display,
    {
        StatementFuture::of_result(future, StatementSpan::start(self, statement))
    }

    /// As [`trace`](Self::trace), for a future that gives anything but a `Result` with an error that
    /// has a text. No error is recorded.
    pub fn trace_any<F: Future>(
        &self,
        statement: &str,
        future: F,
    ) -> StatementFuture<F, F::Output> {
        StatementFuture::of_any(future, StatementSpan::start(self, statement))
    }

    /// As [`trace`](Self::trace), for synchronous code: calls `work`.
    ///
    /// ```
    /// # use apitoolkit_actix::DatabaseInfo;
    /// # fn run(db: &DatabaseInfo) -> Result<(), std::io::Error> {
    /// # let execute = |_: &str| Ok::<usize, std::io::Error>(1);
    /// const PURGE: &str = "DELETE FROM session WHERE expires < ?";
    /// let purged = db.trace_sync(PURGE, || execute(PURGE))?;
    /// # let _ = purged; Ok(()) }
    /// ```
    ///
    /// # Errors
    /// That of `work`.
    pub fn trace_sync<T, E: Display>(
        &self,
        statement: &str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut guard = self.enter(statement);
        let result = work();
        if let Err(error) = &result {
            guard.report_error(error);
        }
        result
    }

    /// Starts the span of a statement; it is the current one until the guard is dropped.
    ///
    /// For synchronous code in which the number of rows or round trips comes to light bit by bit. An
    /// error is recorded if it is [reported](StatementGuard::report_error). Held over an `.await`,
    /// the span would be that of whatever else runs on the thread meanwhile: use
    /// [`trace`](Self::trace) there.
    ///
    /// ```
    /// # use apitoolkit_actix::DatabaseInfo;
    /// # fn run(db: &DatabaseInfo, rows: impl Iterator<Item = String>) {
    /// let mut statement = db.enter("SELECT title FROM post");
    /// let titles: Vec<String> = rows.collect();
    /// statement.set_rows_returned(titles.len());
    /// drop(statement);
    /// # }
    /// ```
    pub fn enter(&self, statement: &str) -> StatementGuard {
        StatementGuard::new(StatementSpan::start(self, statement))
    }

    pub(super) fn name(&self) -> &str {
        &self.inner.name
    }

    pub(super) fn vendor(&self) -> &DatabaseVendor {
        &self.inner.vendor
    }

    pub(super) fn place(&self) -> &Channel {
        &self.inner.channel
    }

    pub(super) fn language(&self) -> Language {
        self.inner.language
    }
}

/// Without credentials, should there be any.
impl fmt::Debug for DatabaseInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseInfo")
            .field("name", &clean(&self.inner.name))
            .field("vendor", &self.inner.vendor)
            .field("channel", &self.inner.channel)
            .finish_non_exhaustive()
    }
}

/// Without credentials, should there be any.
impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProcess => f.write_str("InProcess"),
            Self::Tcp(host, port) => f.debug_tuple("Tcp").field(&clean(host)).field(port).finish(),
            Self::UnixSocket(path) => {
                f.debug_tuple("UnixSocket").field(&clean(&path.to_string_lossy())).finish()
            }
        }
    }
}

/// Without rules, nothing of it is told.
fn clean(name: &str) -> String {
    default_config().map_or_else(String::new, |config| {
        attributes::clean(name, &config.redactor).as_str().to_owned()
    })
}
