use maud::{Markup, html};

use super::{
    View,
    common::{Amount, Tab, Took, document, empty, host, joined, notices, percent},
};
use crate::{
    explorer::{
        query::{Edge, Filter, Flow, Node, NodeKind},
        record::Kind,
    },
    semconv,
};

/// How far apart columns and rows are, from middle to middle.
const COLUMN: f64 = 290.0;
const ROW: f64 = 84.0;
/// A box of the picture.
const BOX: (f64, f64) = (174.0, 46.0);
const NAME: usize = 18;

/// Who calls whom, as a picture and as a table.
pub(in crate::explorer) fn flow(view: &View<'_>, flow: &Flow) -> Markup {
    let content = html! {
        h1 { "Flow" }
        (notices(view))
        @if flow.edges.is_empty() {
            (empty("Nobody called anybody yet", &html! {
                p {
                    "Requests, calls to other services, statements and services of the app's own \
                    are drawn here as they happen."
                }
            }))
        } @else {
            div class="picture" { (picture(view, flow)) }
            (table(flow))
        }
    };
    document(view, Tab::Flow, "Flow", &content)
}

fn picture(view: &View<'_>, flow: &Flow) -> Markup {
    let scene = Scene::of(flow);
    let (width, height) = scene.size;
    html! {
        svg class="flow" width=(width) viewBox={ "0 0 " (width) " " (height) }
            role="group" aria-label="Who calls whom" {
            defs {
                marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9"
                    markerHeight="9" markerUnits="userSpaceOnUse" orient="auto" {
                    path class="arrow" d="M0 0 8 4 0 8z" {}
                }
            }
            @for edge in &flow.edges { (scene.line(edge)) }
            @for edge in &flow.edges { (scene.words(edge)) }
            @for node in &flow.nodes { (scene.spot(view, node)) }
        }
    }
}

/// A flow in the units of its picture.
struct Scene<'a> {
    flow: &'a Flow,
    size: (f64, f64),
    /// How often the most called is called.
    most: usize,
}

type Point = (f64, f64);

impl<'a> Scene<'a> {
    fn of(flow: &'a Flow) -> Self {
        let is_beside = |a: &Node, b: &Node| (a.x - b.x).abs() < 1e-6;
        let column = |node: &Node| flow.nodes.iter().filter(|other| is_beside(node, other)).count();
        let mut columns: Vec<&Node> = Vec::new();
        for node in &flow.nodes {
            if !columns.iter().any(|known| is_beside(known, node)) {
                columns.push(node);
            }
        }
        let rows = flow.nodes.iter().map(column).max().unwrap_or(1).max(2);
        let size = (columns.len().max(2) as f64 * COLUMN, rows as f64 * ROW);
        Self { flow, size, most: flow.edges.iter().map(|edge| edge.count).max().unwrap_or(1) }
    }

    fn middle(&self, node: &Node) -> Point {
        (node.x * self.size.0, node.y * self.size.1)
    }

    /// The four points of an edge's curve, from the side of one box to the side of the other.
    fn curve(&self, edge: &Edge) -> [Point; 4] {
        let of = |node: usize| self.flow.nodes.get(node).map_or((0.0, 0.0), |n| self.middle(n));
        let (from, to) = (of(edge.from), of(edge.to));
        let half = if from.0 < to.0 { BOX.0 / 2.0 } else { BOX.0 / -2.0 };
        let (start, end) = ((from.0 + half, from.1), (to.0 - half, to.1));
        let bend = (end.0 - start.0) / 2.0;
        [start, (start.0 + bend, start.1), (end.0 - bend, end.1), end]
    }

    fn line(&self, edge: &Edge) -> Markup {
        let [a, b, c, d] = self.curve(edge).map(|(x, y)| format!("{x:.1} {y:.1}"));
        let width = 1.2 + 3.8 * (edge.count as f64 / self.most as f64).sqrt();
        html! {
            path class={ "edge" @if edge.failures > 0 { " bad" } } d={ "M" (a) "C" (b) " " (c) " " (d) }
                stroke-width=(format!("{width:.1}")) marker-end="url(#tip)" {}
        }
    }

    fn words(&self, edge: &Edge) -> Markup {
        let (x, y) = at(self.curve(edge), 0.6);
        let text = format!("{} · {}", Amount(edge.count as u64), Took(edge.p95));
        let width = text.chars().count() as f64 * 6.6 + 8.0;
        html! {
            rect class="tip" x=(format!("{:.1}", x - width / 2.0)) y=(format!("{:.1}", y - 19.0))
                width=(format!("{width:.1}")) height="16" rx="4" {}
            text x=(format!("{x:.1}")) y=(format!("{:.1}", y - 7.0)) text-anchor="middle" {
                (text)
                title {
                    (Amount(edge.count as u64))
                    " calls, "
                    (Amount(edge.failures as u64))
                    " failed, p50 "
                    (Took(edge.p50))
                    ", p95 "
                    (Took(edge.p95))
                }
            }
        }
    }

    fn spot(&self, view: &View<'_>, node: &Node) -> Markup {
        let (x, y) = self.middle(node);
        let (left, top) = (x - BOX.0 / 2.0, y - BOX.1 / 2.0);
        let (class, what) = words_of(node.kind);
        html! {
            a href=(address(view, node)) aria-label={ (what) " " (node.name) } {
                g class={ "n-" (class) } {
                    title { (node.name) }
                    rect class="box" x=(left) y=(top) width=(BOX.0) height=(BOX.1) rx="8" {}
                    rect class="stripe" x=(left) y=(top + 8.0) width="4" height=(BOX.1 - 16.0)
                        rx="2" {}
                    text class="title" x=(left + 16.0) y=(y - 3.0) { (short(&node.name)) }
                    text x=(left + 16.0) y=(y + 14.0) { (what) }
                }
            }
        }
    }
}

/// Where a curve is after a part of its way.
fn at([a, b, c, d]: [Point; 4], part: f64) -> Point {
    let rest = 1.0 - part;
    let weights = [rest.powi(3), 3.0 * rest * rest * part, 3.0 * rest * part * part, part.powi(3)];
    let mix = |of: [f64; 4]| of.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    (mix([a.0, b.0, c.0, d.0]), mix([a.1, b.1, c.1, d.1]))
}

/// As much of a name as fits into its box.
fn short(name: &str) -> String {
    match name.chars().count() {
        ..=NAME => name.to_owned(),
        _ => name.chars().take(NAME - 1).chain(['…']).collect(),
    }
}

/// The class of a node, and what it is in words.
fn words_of(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Clients => ("clients", "who asks"),
        NodeKind::This => ("app", "this app"),
        NodeKind::Custom => ("service", "service in this app"),
        NodeKind::Host => ("host", "host that is called"),
        NodeKind::Callee => ("host", "app that is called"),
        NodeKind::Database => ("database", "database"),
    }
}

/// The page that shows more of a node.
fn address(view: &View<'_>, node: &Node) -> String {
    let mut filter = Filter::default();
    match node.kind {
        NodeKind::Database => return view.at("statements"),
        NodeKind::Custom => return view.at("services"),
        NodeKind::Clients | NodeKind::This | NodeKind::Callee => {
            filter.direction = Some(Kind::Incoming);
        }
        NodeKind::Host => {
            let host = Some(host(&node.name).to_owned());
            filter.direction = Some(Kind::Outgoing);
            filter.attributes = vec![(semconv::SERVER_ADDRESS.to_owned(), host)];
        }
    }
    format!("{}{}", view.at(""), joined(&[&filter.to_query()]))
}

/// The picture in words, for whoever cannot see it.
fn table(flow: &Flow) -> Markup {
    let name = |node: usize| flow.nodes.get(node).map(|node| node.name.as_str());
    html! {
        h2 { "Calls" }
        div class="scroll" { table class="groups" {
            thead {
                tr {
                    th scope="col" { "From" }
                    th scope="col" { "To" }
                    @for name in ["Count", "Failed", "p50", "p95"] {
                        th scope="col" class="n" { (name) }
                    }
                }
            }
            tbody {
                @for edge in &flow.edges {
                    tr {
                        th scope="row" { (name(edge.from).unwrap_or_default()) }
                        td data-label="To" { (name(edge.to).unwrap_or_default()) }
                        td class="n" data-label="Count" { (Amount(edge.count as u64)) }
                        td class="n" data-label="Failed" {
                            (percent(edge.failures as f64 / edge.count.max(1) as f64))
                        }
                        td class="n" data-label="p50" { (Took(edge.p50)) }
                        td class="n" data-label="p95" { (Took(edge.p95)) }
                    }
                }
            }
        } }
        @if flow.left_out > 0 {
            p class="hint" { (flow.left_out) " more, called least, are left out." }
        }
    }
}
