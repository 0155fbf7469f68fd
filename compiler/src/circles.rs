//! What in a graph leads back to itself: types, params, workflows, rules. Nodes are numbers, `edges[node]` what a node
//! leads to. No graph is too deep or too large for this: it takes time in proportion to it, and no stack.

use std::collections::VecDeque;

/// The strongly connected components: what leads to each other is together, and what a component leads to comes before
/// it (Tarjan).
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut order = vec![NEW; edges.len()];
    let mut lowest = vec![NEW; edges.len()];
    let mut is_open = vec![false; edges.len()];
    let (mut open, mut found, mut seen) = (Vec::new(), Vec::new(), 0);
    for root in 0..edges.len() {
        if order[root] != NEW {
            continue;
        }
        // The way to the node at hand, with the edge that is next of each node on it.
        let mut way = vec![(root, 0)];
        while let Some((node, next)) = way.last_mut() {
            let node = *node;
            if *next == 0 {
                (order[node], lowest[node]) = (seen, seen);
                seen += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(&target) = edges[node].get(*next) {
                *next += 1;
                if order[target] == NEW {
                    way.push((target, 0));
                } else if is_open[target] {
                    lowest[node] = lowest[node].min(order[target]);
                }
                continue;
            }
            way.pop();
            if let Some((before, _)) = way.last() {
                lowest[*before] = lowest[*before].min(lowest[node]);
            }
            if lowest[node] == order[node] {
                let at = open.iter().rposition(|other| *other == node).unwrap_or_default();
                let component = open.split_off(at);
                for member in &component {
                    is_open[*member] = false;
                }
                found.push(component);
            }
        }
    }
    found
}

/// The shortest way from a node of a component back to it, beginning with it; `None` when there is none.
pub(crate) fn shortest(edges: &[Vec<usize>], component: &[usize], start: usize) -> Option<Vec<usize>> {
    if component.len() == 1 && !edges[start].contains(&start) {
        return None;
    }
    let mut before = vec![None; edges.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &target in &edges[node] {
            if target == start {
                let mut way: Vec<usize> = std::iter::successors(Some(node), |at| before[*at]).collect();
                way.reverse();
                return Some(way);
            }
            if before[target].is_none() {
                before[target] = Some(node);
                queue.push_back(target);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{components, shortest};

    #[test]
    fn what_leads_to_each_other_is_together_behind_what_it_leads_to() {
        // 0 → 1 ⇄ 2 → 3, 4 ⇄ itself, and a way back from 2 to 1 through 5.
        let edges = [vec![1], vec![2], vec![3, 1, 5], vec![], vec![4], vec![1]];
        let mut found = components(&edges);
        for component in &mut found {
            component.sort_unstable();
        }
        assert_eq!(found, [vec![3], vec![1, 2, 5], vec![0], vec![4]]);
        let circle = |start| {
            let component = found.iter().find(|component| component.contains(&start));
            shortest(&edges, component.expect("every node is in one"), start)
        };
        assert_eq!(circle(1), Some(vec![1, 2]));
        assert_eq!(circle(5), Some(vec![5, 1, 2]));
        assert_eq!(circle(4), Some(vec![4]));
        assert_eq!((circle(0), circle(3)), (None, None));
    }

    #[test]
    fn a_way_may_be_long() {
        const LENGTH: usize = 1_000_000;
        let chain: Vec<Vec<usize>> = (0..LENGTH).map(|node| vec![(node + 1).min(LENGTH - 1)]).collect();
        assert_eq!(components(&chain).len(), LENGTH);
        let circle: Vec<Vec<usize>> = (0..LENGTH).map(|node| vec![(node + 1) % LENGTH]).collect();
        let found = components(&circle);
        assert_eq!(found.len(), 1);
        assert_eq!(shortest(&circle, &found[0], 7).map(|way| way.len()), Some(LENGTH));
    }
}
