//! Where the boxes of a picture stand: in columns, from who calls to who is called.

/// The middle of each node in a square of 1 by 1, for `edges` between nodes of these numbers.
///
/// A node stands in the column after the last of those that call it. Of a circle, the edges that
/// lead back count for nothing.
pub(super) fn layout(nodes: usize, edges: &[(usize, usize)]) -> Vec<(f64, f64)> {
    let columns = columns(nodes, edges);
    let count = columns.iter().max().map_or(1, |last| last + 1);
    let mut filled = vec![0usize; count];
    let mut rows = Vec::with_capacity(nodes);
    for column in &columns {
        let row = filled.get_mut(*column).map(|filled| {
            *filled += 1;
            *filled - 1
        });
        rows.push(row.unwrap_or_default());
    }
    let middle = |at: usize, of: usize| (at as f64 + 0.5) / of.max(1) as f64;
    let place = |(column, row): (&usize, usize)| {
        let rows = filled.get(*column).copied().unwrap_or(1);
        (middle(*column, count), middle(row, rows))
    };
    columns.iter().zip(rows).map(place).collect()
}

fn columns(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let edges = without_circles(nodes, edges);
    let mut columns = vec![0usize; nodes];
    // The longest way has fewer steps than there are nodes.
    for _ in 0..nodes {
        let mut moved = false;
        for &(from, to) in &edges {
            let least = columns.get(from).map_or(0, |column| column + 1);
            if let Some(column) = columns.get_mut(to).filter(|column| **column < least) {
                *column = least;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    columns
}

/// The edges in their order, less those that would close a circle.
fn without_circles(nodes: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for &(from, to) in edges {
        if from != to && !reaches(nodes, &kept, to, from) {
            kept.push((from, to));
        }
    }
    kept
}

fn reaches(nodes: usize, edges: &[(usize, usize)], start: usize, end: usize) -> bool {
    let mut seen = vec![false; nodes];
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        if node == end {
            return true;
        }
        if let Some(seen) = seen.get_mut(node).filter(|seen| !**seen) {
            *seen = true;
            open.extend(edges.iter().filter(|(from, _)| *from == node).map(|(_, to)| *to));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_the_calls() {
        // 0 calls 1 and 2, 1 calls 3, 2 calls 3 too, and 3 calls 0 back.
        let places = layout(4, &[(0, 1), (0, 2), (1, 3), (2, 3), (3, 0), (1, 1)]);
        let sixth = 1.0 / 6.0;
        let expected = [(sixth, 0.5), (0.5, 0.25), (0.5, 0.75), (5.0 * sixth, 0.5)];
        for ((x, y), (left, top)) in places.iter().zip(expected) {
            assert!((x - left).abs() < 1e-9 && (y - top).abs() < 1e-9, "{places:?}");
        }
        assert!(layout(0, &[]).is_empty());
        assert_eq!(layout(1, &[]), [(0.5, 0.5)]);
        assert_eq!(columns(3, &[(0, 2), (0, 1), (1, 2)]), [0, 1, 2]);
    }
}
