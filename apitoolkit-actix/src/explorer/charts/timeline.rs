use maud::{Markup, html};
use plotters::{
    chart::ChartBuilder,
    element::Rectangle,
    style::{Color, IntoFont},
};

use super::paint::{BAD, FIRST, GRID, INK, LEFT, picture};
use crate::explorer::query::Bucket;

const SIZE: (u32, u32) = (760, 150);
const EDGE: u32 = 8;

/// How many there were in each of equal stretches of time, and how many of them failed.
pub(in crate::explorer) fn timeline(label: &str, buckets: &[Bucket]) -> Markup {
    let highest = buckets.iter().map(|bucket| bucket.count).max().unwrap_or_default();
    if highest == 0 {
        return html! {};
    }
    let most = buckets.len() as f64;
    picture(label, SIZE, &html! {}, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(EDGE)
            .set_label_area_size(plotters::chart::LabelAreaPosition::Left, LEFT - EDGE)
            .build_cartesian_2d(0.0..most, 0.0..highest as f64 * 1.08)
            .ok()?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .y_labels(4)
            .y_label_formatter(&|count| format!("{count:.0}"))
            .light_line_style(GRID.mix(0.0))
            .bold_line_style(GRID)
            .axis_style(GRID)
            .label_style(("sans-serif", 15).into_font().color(&INK))
            .draw()
            .ok()?;
        for (at, Bucket { count, failures }) in buckets.iter().enumerate() {
            let (left, right) = (at as f64 + 0.1, at as f64 + 0.9);
            for (height, colour) in [(count, FIRST), (failures, BAD)] {
                if *height > 0 {
                    let corners = [(left, 0.0), (right, *height as f64)];
                    chart.draw_series([Rectangle::new(corners, colour.filled())]).ok()?;
                }
            }
        }
        Some(())
    })
}
