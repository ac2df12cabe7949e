use std::time::Duration;

use maud::{Markup, html};
use plotters::{
    chart::ChartBuilder,
    element::Rectangle,
    style::{Color, IntoFont},
};

use super::paint::{FIRST, GRID, INK, LEFT, SECOND, THIRD, picture};

const SIZE: (u32, u32) = (760, 260);
const FOOT: u32 = 34;
const EDGE: u32 = 10;
/// As many values fit beside each other.
const MOST: usize = 12;

/// Three durations of one value, shortest first.
#[derive(Debug, Clone)]
pub(in crate::explorer) struct Bar<'a> {
    pub(in crate::explorer) name: &'a str,
    pub(in crate::explorer) took: [Duration; 3],
}

/// Values beside each other, each with its three durations.
pub(in crate::explorer) fn bars(label: &str, bars: &[Bar<'_>]) -> Markup {
    let bars = bars.get(..MOST).unwrap_or(bars);
    let highest = bars.iter().flat_map(|bar| bar.took).max().unwrap_or_default().as_secs_f64();
    if bars.is_empty() || highest <= 0.0 {
        return html! {};
    }
    let count = bars.len() as f64;
    picture(label, SIZE, &names(bars), |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(EDGE)
            .set_label_area_size(plotters::chart::LabelAreaPosition::Left, LEFT - EDGE)
            .set_label_area_size(plotters::chart::LabelAreaPosition::Bottom, FOOT - EDGE)
            .build_cartesian_2d(0.0..count, 0.0..highest * 1.05)
            .ok()?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .y_labels(5)
            .y_label_formatter(&|seconds| duration(*seconds))
            .light_line_style(GRID.mix(0.0))
            .bold_line_style(GRID)
            .axis_style(GRID)
            .label_style(("sans-serif", 15).into_font().color(&INK))
            .draw()
            .ok()?;
        for (at, bar) in bars.iter().enumerate() {
            for (nth, (took, colour)) in bar.took.iter().zip([FIRST, SECOND, THIRD]).enumerate() {
                let left = at as f64 + 0.14 + 0.24 * nth as f64;
                let corners = [(left, 0.0), (left + 0.22, took.as_secs_f64())];
                chart.draw_series([Rectangle::new(corners, colour.filled())]).ok()?;
            }
        }
        Some(())
    })
}

/// The values under their bars. They come from outside, so they are escaped here.
fn names(bars: &[Bar<'_>]) -> Markup {
    let width = f64::from(SIZE.0 - LEFT - EDGE) / bars.len() as f64;
    let room = (width / 7.5) as usize;
    html! {
        @for (at, bar) in bars.iter().enumerate() {
            @let middle = f64::from(LEFT) + width * (at as f64 + 0.5);
            text x=(format!("{middle:.1}")) y=(SIZE.1 - 14) text-anchor="middle" font-size="12" {
                (short(bar.name, room))
                title { (bar.name) }
            }
        }
    }
}

fn short(name: &str, room: usize) -> String {
    if name.chars().count() <= room.max(3) {
        return name.to_owned();
    }
    name.chars().take(room.max(3) - 1).chain(['…']).collect()
}

fn duration(seconds: f64) -> String {
    match seconds {
        0.0 => "0".to_owned(),
        some if some >= 1.0 => format!("{some:.1} s"),
        some if some >= 0.01 => format!("{:.0} ms", some * 1e3),
        some if some >= 0.001 => format!("{:.1} ms", some * 1e3),
        some => format!("{:.0} µs", some * 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_outside_are_escaped() {
        let took = [1, 2, 3].map(Duration::from_millis);
        let name = "<script>alert(1)</script>";
        let svg = bars("by <role>", &[Bar { name, took }]).into_string();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("aria-label=\"by &lt;role&gt;\""), "{svg}");
        assert!(!svg.contains("style="), "{svg}");
        for colour in ["#010201", "#010202", "#010203"] {
            assert_eq!(svg.matches(colour).count(), 1, "one bar of {colour}: {svg}");
        }
    }

    #[test]
    fn nothing_is_no_picture() {
        assert_eq!(bars("none", &[]).into_string(), "");
    }
}
