use maud::{Markup, html};

use crate::explorer::query::Bucket;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 24.0;

/// [`timeline`](super::timeline), as small as a word.
pub(in crate::explorer) fn spark(buckets: &[Bucket]) -> Markup {
    let highest = buckets.iter().map(|bucket| bucket.count).max().unwrap_or_default();
    if highest == 0 {
        return html! {};
    }
    let step = WIDTH / buckets.len() as f64;
    let tall = |count: usize| (count as f64 / highest as f64 * HEIGHT).max(1.0);
    let path = |of: fn(&Bucket) -> usize| {
        let mut path = String::new();
        for (at, bucket) in buckets.iter().enumerate() {
            let count = of(bucket);
            if count > 0 {
                let (x, height) = (at as f64 * step, tall(count));
                let (y, width) = (HEIGHT - height, step * 0.8);
                path.push_str(&format!("M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z"));
            }
        }
        path
    };
    html! {
        svg class="spark" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) }
            preserveAspectRatio="none" aria-hidden="true" {
            path class="all" d=(path(|bucket| bucket.count)) {}
            path class="bad" d=(path(|bucket| bucket.failures)) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket((count, failures): (usize, usize)) -> Bucket {
        Bucket { count, failures }
    }

    #[test]
    fn a_bar_for_each_count_and_for_each_failure() {
        let svg = spark(&[(4, 0), (0, 0), (2, 1)].map(bucket)).into_string();
        assert_eq!(svg.matches('M').count(), 3, "{svg}");
        assert!(svg.contains("M0.0 0.0h32.0v24.0h-32.0z"), "{svg}");
        assert_eq!(spark(&[bucket((0, 0))]).into_string(), "");
    }
}
