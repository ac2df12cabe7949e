use crate::explorer::{
    pages::common::Tab,
    query::{By, Groups, Order},
};

/// Spans by what they have in common.
#[derive(Debug, Clone, Copy)]
pub(in crate::explorer) struct Table<'a> {
    pub(in crate::explorer) by: By,
    /// In `order`.
    pub(in crate::explorer) groups: &'a Groups,
    pub(in crate::explorer) order: Order,
}

/// Columns that sort, and the order that each of them stands for.
pub(super) const COLUMNS: [(&str, Option<Order>); 7] = [
    ("Count", Some(Order::Called)),
    ("Failed", Some(Order::Failures)),
    ("p50", None),
    ("p95", Some(Order::Slowest)),
    ("p99", None),
    ("Mean", None),
    ("Total time", Some(Order::Total)),
];

/// The order that the parameter `sort` names; the most costly first if it names none.
pub(in crate::explorer) fn order(sort: &str) -> Order {
    let orders = [Order::Total, Order::Slowest, Order::Called, Order::Failures, Order::Name];
    orders.into_iter().find(|order| name(*order) == sort).unwrap_or_default()
}

/// As the parameter `sort` has it.
pub(super) fn name(order: Order) -> &'static str {
    match order {
        Order::Total => "total",
        Order::Slowest => "slowest",
        Order::Called => "called",
        Order::Failures => "failures",
        Order::Name => "name",
    }
}

/// The page that shows them: its entry in the navigation, title, and path beneath the mount.
pub(super) fn place(by: By) -> (Tab, &'static str, &'static str) {
    match by {
        By::Route => (Tab::Routes, "Routes", "routes"),
        By::Outgoing => (Tab::Outgoing, "Outgoing calls", "outgoing"),
        By::Statement => (Tab::Statements, "Statements", "statements"),
        By::Service => (Tab::Services, "Services", "services"),
    }
}
