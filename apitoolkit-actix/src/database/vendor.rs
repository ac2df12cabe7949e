use std::borrow::Cow;

use super::language::Language;
use crate::redact::Dialect;

macro_rules! vendors {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $language:expr;)*) => {
        /// Which product a database is: `db.system.name`.
        ///
        /// The variants are the values that the OpenTelemetry semantic conventions (1.44) list, each
        /// spelled as its value is. The product also tells in which language statements are, and so
        /// what of them may leave: of SQL, all but the values; of any other language, the command
        /// alone. See [`DatabaseInfo::sql`](crate::DatabaseInfo::sql).
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum DatabaseVendor {
            $($(#[doc = $doc])* $variant,)*
            /// Any other product, by its name in lower case and without a version: `duckdb`. The
            /// conventions want [`OtherSql`](Self::OtherSql) only where the product is not known.
            Other(Cow<'static, str>),
        }

        impl DatabaseVendor {
            #[cfg(test)]
            pub(super) const LISTED: &[Self] = &[$(Self::$variant,)*];

            /// The value of `db.system.name`.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            /// The language of its statements.
            pub(super) fn language(&self) -> Language {
                match self {
                    $(Self::$variant => $language,)*
                    Self::Other(_) => Language::Commands,
                }
            }
        }
    };
}

/// SQL as none of the dialects that are known.
const SQL: Language = Language::Sql(Dialect::Unknown);
const POSTGRES: Language = Language::Sql(Dialect::Postgres);
const MYSQL: Language = Language::Sql(Dialect::MySql);
const SQL_SERVER: Language = Language::Sql(Dialect::SqlServer);
const ORACLE: Language = Language::Sql(Dialect::Oracle);
const COMMANDS: Language = Language::Commands;

vendors! {
    /// Actian Ingres.
    ActianIngres = "actian.ingres", SQL;
    /// Amazon DynamoDB.
    AwsDynamodb = "aws.dynamodb", COMMANDS;
    /// Amazon Redshift.
    AwsRedshift = "aws.redshift", SQL;
    /// Azure Cosmos DB.
    AzureCosmosdb = "azure.cosmosdb", COMMANDS;
    /// Apache Cassandra; its CQL is read as SQL.
    Cassandra = "cassandra", SQL;
    /// ClickHouse.
    Clickhouse = "clickhouse", SQL;
    /// CockroachDB.
    Cockroachdb = "cockroachdb", POSTGRES;
    /// Couchbase.
    Couchbase = "couchbase", COMMANDS;
    /// Apache CouchDB.
    Couchdb = "couchdb", COMMANDS;
    /// Apache Derby.
    Derby = "derby", SQL;
    /// Elasticsearch.
    Elasticsearch = "elasticsearch", COMMANDS;
    /// Firebird.
    Firebirdsql = "firebirdsql", SQL;
    /// Google Cloud Spanner.
    GcpSpanner = "gcp.spanner", SQL;
    /// Apache Geode.
    Geode = "geode", COMMANDS;
    /// H2 Database.
    H2database = "h2database", SQL;
    /// Apache HBase.
    Hbase = "hbase", COMMANDS;
    /// Apache Hive.
    Hive = "hive", SQL;
    /// HyperSQL Database.
    Hsqldb = "hsqldb", SQL;
    /// IBM Db2.
    IbmDb2 = "ibm.db2", SQL;
    /// IBM Informix.
    IbmInformix = "ibm.informix", SQL;
    /// IBM Netezza.
    IbmNetezza = "ibm.netezza", SQL;
    /// InfluxDB.
    Influxdb = "influxdb", COMMANDS;
    /// Instant.
    Instantdb = "instantdb", COMMANDS;
    /// InterSystems Caché.
    IntersystemsCache = "intersystems.cache", SQL;
    /// MariaDB.
    Mariadb = "mariadb", MYSQL;
    /// Memcached.
    Memcached = "memcached", COMMANDS;
    /// Microsoft SQL Server.
    MicrosoftSqlServer = "microsoft.sql_server", SQL_SERVER;
    /// MongoDB.
    Mongodb = "mongodb", COMMANDS;
    /// MySQL.
    Mysql = "mysql", MYSQL;
    /// Neo4j.
    Neo4j = "neo4j", COMMANDS;
    /// OpenSearch.
    Opensearch = "opensearch", COMMANDS;
    /// Oracle Database.
    OracleDb = "oracle.db", ORACLE;
    /// A SQL database whose product is not known.
    OtherSql = "other_sql", SQL;
    /// PostgreSQL.
    Postgresql = "postgresql", POSTGRES;
    /// Redis.
    Redis = "redis", COMMANDS;
    /// SAP HANA.
    SapHana = "sap.hana", SQL;
    /// SAP MaxDB.
    SapMaxdb = "sap.maxdb", SQL;
    /// Adabas (Adaptable Database System).
    SoftwareagAdabas = "softwareag.adabas", COMMANDS;
    /// SQLite.
    Sqlite = "sqlite", SQL;
    /// Teradata.
    Teradata = "teradata", SQL;
    /// Trino.
    Trino = "trino", SQL;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters, digits and what separates them: no name but what the variant says.
    #[test]
    fn variants_are_spelled_as_their_values() {
        assert_eq!(DatabaseVendor::LISTED.len(), 41);
        for vendor in DatabaseVendor::LISTED {
            let spelled = format!("{vendor:?}").to_ascii_lowercase();
            assert_eq!(spelled, vendor.name().replace(['.', '_'], ""));
        }
        assert_eq!(DatabaseVendor::Other("duckdb".into()).name(), "duckdb");
    }

    #[test]
    fn only_sql_is_read_as_sql() {
        let commands: Vec<_> = DatabaseVendor::LISTED
            .iter()
            .filter(|vendor| vendor.language() == Language::Commands)
            .map(DatabaseVendor::name)
            .collect();
        assert_eq!(
            commands.join(" "),
            "aws.dynamodb azure.cosmosdb couchbase couchdb elasticsearch geode hbase influxdb \
             instantdb memcached mongodb neo4j opensearch redis softwareag.adabas"
        );
        assert_eq!(DatabaseVendor::Other("valkey".into()).language(), Language::Commands);
    }
}
