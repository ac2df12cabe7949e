use super::Figures;
use crate::{
    measure::Threads,
    rows::{Row, What},
};

const HEAD: &str = "\
| per request | ns | × bare | instructions, request thread | all threads | allocations, request \
thread | all threads | bytes, request thread | all threads | of peers' \
instructions | of peers' time |
|---|--:|--:|--:|--:|--:|--:|--:|--:|---|---|";

/// The table, in Markdown. Bare rows hold what is, the others what comes on top.
pub(super) fn print(all: &[Figures]) {
    println!("{HEAD}");
    for figures in all {
        println!("{}", line(figures, all));
    }
    println!(
        "\nBare rows say what a request takes, the others what they add to that. The last columns: \
         what is added, on all threads, as a share of what each peer adds."
    );
}

fn line(figures: &Figures, all: &[Figures]) -> String {
    let row = figures.row;
    let bare = find(all, row.bare());
    let over = |of: &dyn Fn(&Figures) -> Option<f64>| over(row, of(figures), of(bare));
    let both = |of: &dyn Fn(&Figures) -> Option<Threads<f64>>| {
        let request = over(&|figures| Some(of(figures)?.request));
        format!("{request} | {}", over(&|figures| Some(of(figures)?.all)))
    };
    format!(
        "| {} | {:.0} | {:.2} | {} | {} | {} | {} | {} |",
        row.name,
        figures.nanos,
        figures.nanos / bare.nanos,
        both(&|figures| figures.instructions),
        both(&|figures| Some(figures.allocations)),
        both(&|figures| Some(figures.bytes)),
        peers(figures, all, &|figures| Some(figures.instructions?.all)),
        peers(figures, all, &|figures| Some(figures.nanos)),
    )
}

/// A figure over that of the bare row.
fn over(row: &Row, this: Option<f64>, bare: Option<f64>) -> String {
    match (this, bare) {
        (Some(this), Some(_)) if row.what == What::Bare => number(this),
        (Some(this), Some(bare)) => format!("{}{}", sign(this - bare), number((this - bare).abs())),
        _ => "–".to_owned(),
    }
}

/// What a row adds to bare, as a share of what each peer adds.
fn peers(figures: &Figures, all: &[Figures], of: &dyn Fn(&Figures) -> Option<f64>) -> String {
    let added = |figures: &Figures| Some(of(figures)? - of(find(all, figures.row.bare()))?);
    let shares = figures.row.peers.iter().filter_map(|name| {
        let peer = all.iter().find(|figures| figures.row.name == *name)?;
        let library = name.split(',').next()?;
        Some(format!("{library} {:.2}", added(figures)? / added(peer)?))
    });
    shares.collect::<Vec<_>>().join(", ")
}

fn find<'a>(all: &'a [Figures], row: &Row) -> &'a Figures {
    let found = all.iter().find(|figures| figures.row.name == row.name);
    found.unwrap_or_else(|| panic!("{} was not measured", row.name))
}

fn sign(number: f64) -> char {
    if number < 0.0 { '−' } else { '+' }
}

/// With one decimal where that says something, and thousands apart.
fn number(number: f64) -> String {
    if number < 100.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let mut apart = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}
