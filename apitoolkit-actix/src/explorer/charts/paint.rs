use maud::{Markup, PreEscaped, html};
use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    style::RGBColor,
};

/// Lines of the grid.
pub(super) const GRID: RGBColor = RGBColor(1, 2, 0);
/// What is counted, or the middle.
pub(super) const FIRST: RGBColor = RGBColor(1, 2, 1);
pub(super) const SECOND: RGBColor = RGBColor(1, 2, 2);
pub(super) const THIRD: RGBColor = RGBColor(1, 2, 3);
/// What failed.
pub(super) const BAD: RGBColor = RGBColor(1, 2, 4);
/// Words and numbers.
pub(super) const INK: RGBColor = RGBColor(1, 2, 5);

/// Room to the left of a picture, for the numbers of its axis, in units of the picture.
pub(super) const LEFT: u32 = 64;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A picture of some units that `draw` fills, with `words` over it; nothing if it cannot be drawn.
pub(super) fn picture(
    label: &str,
    (width, height): (u32, u32),
    words: &Markup,
    draw: impl FnOnce(&Area<'_>) -> Option<()>,
) -> Markup {
    let mut svg = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        draw(&area).and_then(|()| area.present().ok())
    };
    if drawn.is_none() {
        return html! {};
    }
    html! {
        svg class="chart" viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) {
            // Shapes and numbers of our own: no text from outside is in it.
            (PreEscaped(svg))
            (words)
        }
    }
}
