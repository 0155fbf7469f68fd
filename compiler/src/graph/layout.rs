//! Where nodes and edges of a picture stand: layers from left to right by the longest path (Sugiyama), ordered by
//! barycentre so that few edges cross, each layer then moved as near to its neighbours as it may without overlap.

/// What is laid out.
pub(super) struct Input {
    /// Width and height of each node.
    pub(super) sizes: Vec<(f64, f64)>,
    /// The leftmost layer each may stand in.
    pub(super) least_layers: Vec<usize>,
    /// The nodes that stand together in one layer, as far right as the furthest of them must.
    pub(super) aligned: Vec<bool>,
    /// Pairs of nodes.
    pub(super) edges: Vec<(usize, usize)>,
}

/// Where everything is.
pub(super) struct Layout {
    /// Width and height of the whole.
    pub(super) size: (f64, f64),
    /// The left upper corner of each node, and the width of its layer, which it fills.
    pub(super) nodes: Vec<(f64, f64, f64)>,
    /// The course of each edge, from its first node to its second.
    pub(super) edges: Vec<Vec<(f64, f64)>>,
}

/// Between layers.
const LAYER_GAP: f64 = 64.0;
/// Between nodes of a layer.
const NODE_GAP: f64 = 18.0;
/// Between an edge that passes through a layer and its neighbours.
const EDGE_GAP: f64 = 12.0;
/// How often the order and the places are improved.
const SWEEPS: usize = 24;

pub(super) fn layout(input: &Input) -> Layout {
    let forward = without_cycles(input);
    let layers = layers(input, &forward);
    let mut grid = Grid::new(input, &forward, &layers);
    grid.order();
    grid.place();
    grid.finish(input)
}

/// The edges with those that close a circle turned round: (from, to, whether it was turned).
fn without_cycles(input: &Input) -> Vec<(usize, usize, bool)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let count = input.sizes.len();
    let mut marks = vec![Mark::New; count];
    let mut out = vec![Vec::new(); count];
    for (at, (from, _)) in input.edges.iter().enumerate() {
        out[*from].push(at);
    }
    let mut turned = vec![false; input.edges.len()];
    for root in 0..count {
        // A stack of (node, how many of its edges are done): recursion could run out of stack.
        let mut stack = if marks[root] == Mark::New { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, done)) = stack.pop() {
            marks[node] = Mark::Open;
            let Some(edge) = out[node].get(done) else {
                marks[node] = Mark::Done;
                continue;
            };
            stack.push((node, done + 1));
            let (_, to) = input.edges[*edge];
            match marks[to] {
                Mark::Open => turned[*edge] = true,
                Mark::New => stack.push((to, 0)),
                Mark::Done => {}
            }
        }
    }
    let turn = |((from, to), turned): (&(usize, usize), bool)| {
        if turned { (*to, *from, true) } else { (*from, *to, false) }
    };
    input.edges.iter().zip(turned).map(turn).collect()
}

/// The layer of each node: behind every node that leads to it.
fn layers(input: &Input, edges: &[(usize, usize, bool)]) -> Vec<usize> {
    let mut layers = input.least_layers.clone();
    // As many rounds as the longest path has edges; there are no cycles.
    for _ in 0..=input.sizes.len() {
        let mut changed = false;
        for (from, to, _) in edges.iter().filter(|(from, to, _)| from != to) {
            if layers[*to] <= layers[*from] {
                layers[*to] = layers[*from] + 1;
                changed = true;
            }
        }
        let aligned =
            layers.iter().zip(&input.aligned).filter(|(_, aligned)| **aligned).map(|(layer, _)| *layer);
        let furthest = aligned.max().unwrap_or(0);
        for (layer, _) in layers.iter_mut().zip(&input.aligned).filter(|(_, aligned)| **aligned) {
            changed |= *layer != furthest;
            *layer = furthest;
        }
        if !changed {
            break;
        }
    }
    let mut used: Vec<usize> = layers.clone();
    used.sort_unstable();
    used.dedup();
    layers.iter().map(|layer| used.binary_search(layer).unwrap_or(0)).collect()
}

/// Nodes and the points where long edges pass a layer, in layers.
struct Grid {
    /// Width and height of each vertex; a vertex beyond the nodes is a point of an edge.
    sizes: Vec<(f64, f64)>,
    nodes: usize,
    /// The vertices of each layer, from top to bottom.
    layers: Vec<Vec<usize>>,
    /// The layer of each vertex.
    layer_of: Vec<usize>,
    /// The vertices to the left and to the right of each.
    left: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
    /// The vertices of each edge from left to right, and whether it was turned round.
    chains: Vec<(Vec<usize>, bool)>,
    /// The middle of each vertex, from the top.
    middle: Vec<f64>,
}

impl Grid {
    fn new(input: &Input, edges: &[(usize, usize, bool)], layers: &[usize]) -> Self {
        let nodes = input.sizes.len();
        let mut grid = Self {
            sizes: input.sizes.clone(),
            nodes,
            layers: vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)],
            layer_of: layers.to_vec(),
            left: vec![Vec::new(); nodes],
            right: vec![Vec::new(); nodes],
            chains: Vec::new(),
            middle: Vec::new(),
        };
        for (node, layer) in layers.iter().enumerate() {
            grid.layers[*layer].push(node);
        }
        for (from, to, turned) in edges {
            let mut chain = vec![*from];
            for layer in layers[*from] + 1..layers[*to] {
                chain.push(grid.point(layer));
            }
            chain.push(*to);
            for pair in chain.windows(2).filter(|pair| pair[0] != pair[1]) {
                grid.right[pair[0]].push(pair[1]);
                grid.left[pair[1]].push(pair[0]);
            }
            grid.chains.push((chain, *turned));
        }
        grid
    }

    fn point(&mut self, layer: usize) -> usize {
        let vertex = self.sizes.len();
        self.sizes.push((0.0, 2.0));
        self.layer_of.push(layer);
        self.left.push(Vec::new());
        self.right.push(Vec::new());
        self.layers[layer].push(vertex);
        vertex
    }

    /// Orders the vertices of each layer so that few edges cross.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for sweep in 0..SWEEPS {
            let rightwards = sweep % 2 == 0;
            let count = self.layers.len();
            for step in 1..count {
                let layer = if rightwards { step } else { count - 1 - step };
                self.order_layer(layer, rightwards);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    fn order_layer(&mut self, layer: usize, rightwards: bool) {
        let positions = self.positions();
        let neighbours = if rightwards { &self.left } else { &self.right };
        let key = |vertex: usize| {
            let near = &neighbours[vertex];
            if near.is_empty() {
                return positions[vertex];
            }
            near.iter().map(|n| positions[*n]).sum::<f64>() / length(near)
        };
        let mut keyed: Vec<(f64, usize)> = self.layers[layer].iter().map(|v| (key(*v), *v)).collect();
        // Stable: what is equally good stays in the order of the file.
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.layers[layer] = keyed.into_iter().map(|(_, vertex)| vertex).collect();
    }

    /// How far down its layer each vertex is, 0 to 1.
    fn positions(&self) -> Vec<f64> {
        let mut positions = vec![0.0; self.sizes.len()];
        for layer in &self.layers {
            let step = 1.0 / length(layer);
            let mut position = step / 2.0;
            for vertex in layer {
                positions[*vertex] = position;
                position += step;
            }
        }
        positions
    }

    fn crossings(&self) -> usize {
        let mut place = vec![0; self.sizes.len()];
        for layer in &self.layers {
            for (at, vertex) in layer.iter().enumerate() {
                place[*vertex] = at;
            }
        }
        self.layers.iter().map(|layer| crossings(layer, &self.right, &place)).sum()
    }

    /// Finds the middle of every vertex.
    fn place(&mut self) {
        self.middle = vec![0.0; self.sizes.len()];
        for layer in &self.layers {
            let mut bottom = 0.0;
            for vertex in layer {
                let height = self.sizes[*vertex].1;
                self.middle[*vertex] = bottom + height / 2.0;
                bottom += height + NODE_GAP;
            }
        }
        for sweep in 0..SWEEPS {
            let count = self.layers.len();
            for step in 0..count {
                let layer = if sweep % 2 == 0 { step } else { count - 1 - step };
                self.place_layer(layer, sweep);
            }
        }
    }

    /// Moves a layer's vertices as near as they may stand to the mean of their neighbours.
    fn place_layer(&mut self, layer: usize, sweep: usize) {
        let wish = |vertex: usize| {
            let sides: &[&Vec<usize>] = match sweep % 3 {
                0 => &[&self.left[vertex]],
                1 => &[&self.right[vertex]],
                _ => &[&self.left[vertex], &self.right[vertex]],
            };
            let near: Vec<usize> = sides.iter().flat_map(|side| side.iter().copied()).collect();
            // A long edge that bends is worse than a node that is not in the middle.
            let weight = if vertex >= self.nodes { 8.0 } else { 1.0 };
            if near.is_empty() {
                return (self.middle[vertex], 0.1);
            }
            (near.iter().map(|n| self.middle[*n]).sum::<f64>() / length(&near), weight)
        };
        let vertices = &self.layers[layer];
        let wishes: Vec<(f64, f64)> = vertices.iter().map(|v| wish(*v)).collect();
        let gaps: Vec<f64> = vertices.windows(2).map(|pair| self.distance(pair[0], pair[1])).collect();
        for (vertex, middle) in self.layers[layer].iter().zip(nearest(&wishes, &gaps)) {
            self.middle[*vertex] = middle;
        }
    }

    /// The least distance of the middles of two vertices, one below the other.
    fn distance(&self, above: usize, below: usize) -> f64 {
        let gap = if above < self.nodes && below < self.nodes { NODE_GAP } else { EDGE_GAP };
        f64::midpoint(self.sizes[above].1, self.sizes[below].1) + gap
    }

    fn finish(&self, input: &Input) -> Layout {
        let edge = |side: f64| move |v: usize| self.middle[v] + side * self.sizes[v].1 / 2.0;
        let top = (0..self.sizes.len()).map(edge(-1.0)).reduce(f64::min).unwrap_or(0.0);
        let bottom = (0..self.sizes.len()).map(edge(1.0)).reduce(f64::max).unwrap_or(0.0);
        let mut lefts = Vec::new();
        let mut x = 0.0;
        for layer in &self.layers {
            let width = layer.iter().map(|v| self.sizes[*v].0).fold(0.0, f64::max);
            lefts.push((x, width));
            x += width + LAYER_GAP;
        }
        let corner = |node: usize| {
            let (left, width) = lefts[self.layer_of[node]];
            (left, self.middle[node] - self.sizes[node].1 / 2.0 - top, width)
        };
        let ports = self.ports(input);
        let course = |at: usize| self.course(at, &lefts, top, ports[at]);
        Layout {
            size: ((x - LAYER_GAP).max(0.0), bottom - top),
            nodes: (0..self.nodes).map(corner).collect(),
            edges: (0..self.chains.len()).map(course).collect(),
        }
    }

    /// How far from the middle of its two nodes each edge begins and ends, so that edges do not lie on one another.
    fn ports(&self, input: &Input) -> Vec<(f64, f64)> {
        let mut ports = vec![(0.0, 0.0); self.chains.len()];
        for node in 0..self.nodes {
            for right in [true, false] {
                let here = |(chain, _): &(Vec<usize>, bool)| {
                    let (end, next) = if right { (0, 1) } else { (chain.len() - 1, chain.len() - 2) };
                    (chain[end] == node).then(|| self.middle[chain[next]])
                };
                let ends = self.chains.iter().enumerate().filter_map(|(at, chain)| Some((here(chain)?, at)));
                let mut ends: Vec<(f64, usize)> = ends.collect();
                ends.sort_by(|a, b| a.0.total_cmp(&b.0));
                let room = (input.sizes[node].1 - 14.0).max(0.0);
                let step = (room / length(&ends)).min(12.0);
                let mut offset = -step * (length(&ends) - 1.0) / 2.0;
                for (_, at) in ends {
                    *(if right { &mut ports[at].0 } else { &mut ports[at].1 }) = offset;
                    offset += step;
                }
            }
        }
        ports
    }

    /// The points of an edge, in the direction in which it was given.
    fn course(
        &self,
        at: usize,
        lefts: &[(f64, f64)],
        top: f64,
        (first, last): (f64, f64),
    ) -> Vec<(f64, f64)> {
        let (chain, turned) = &self.chains[at];
        let mut points = Vec::new();
        for (step, vertex) in chain.iter().enumerate() {
            let (left, width) = lefts[self.layer_of[*vertex]];
            let y = self.middle[*vertex] - top;
            if step == 0 {
                points.push((left + width, y + first));
            } else if step == chain.len() - 1 {
                points.push((left, y + last));
            } else {
                points.extend([(left, y), (left + width, y)]);
            }
        }
        if *turned {
            points.reverse();
        }
        points
    }
}

#[allow(clippy::cast_precision_loss)] // no picture has 2^52 nodes
fn length<T>(of: &[T]) -> f64 {
    of.len() as f64
}

/// How many edges from a layer to the next one cross: the pairs in the wrong order, counted in a Fenwick tree.
fn crossings(layer: &[usize], right: &[Vec<usize>], place: &[usize]) -> usize {
    let mut ends = Vec::new();
    for vertex in layer {
        let mut here: Vec<usize> = right[*vertex].iter().map(|to| place[*to]).collect();
        here.sort_unstable();
        ends.extend(here);
    }
    let mut tree = vec![0_usize; ends.iter().max().map_or(0, |last| last + 2)];
    let mut crossings = 0;
    for (before, end) in ends.iter().enumerate() {
        let mut not_beyond = 0;
        let mut at = end + 1;
        while at > 0 {
            not_beyond += tree[at];
            at &= at - 1;
        }
        crossings += before - not_beyond;
        let mut at = end + 1;
        while at < tree.len() {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    crossings
}

/// The places nearest to the wished ones (place, weight) in the sense of least squares, in their order and with at least
/// the given gaps: neighbours that would be too near are merged and stand at their common mean (pool adjacent
/// violators).
fn nearest(wishes: &[(f64, f64)], gaps: &[f64]) -> Vec<f64> {
    /// Vertices that stand at their least distances: how many, the sum of weights, and of weighted wishes.
    struct Block {
        count: usize,
        weight: f64,
        sum: f64,
    }
    let mut shifts = vec![0.0];
    for gap in gaps {
        shifts.push(shifts[shifts.len() - 1] + gap);
    }
    let mut blocks: Vec<Block> = Vec::new();
    for ((wish, weight), shift) in wishes.iter().zip(&shifts) {
        let mut block = Block { count: 1, weight: *weight, sum: weight * (wish - shift) };
        while let Some(above) = blocks.pop_if(|above| above.sum / above.weight >= block.sum / block.weight) {
            block.count += above.count;
            block.weight += above.weight;
            block.sum += above.sum;
        }
        blocks.push(block);
    }
    let places = blocks.iter().flat_map(|block| std::iter::repeat_n(block.sum / block.weight, block.count));
    places.zip(&shifts).map(|(place, shift)| place + shift).collect()
}

#[cfg(test)]
mod tests {
    use super::{Input, layout, nearest};

    fn boxes(count: usize, edges: &[(usize, usize)]) -> Input {
        Input {
            sizes: vec![(100.0, 40.0); count],
            least_layers: vec![0; count],
            aligned: vec![false; count],
            edges: edges.to_vec(),
        }
    }

    #[test]
    fn places_keep_their_order_and_gaps() {
        let places = nearest(&[(50.0, 1.0), (0.0, 1.0), (200.0, 1.0)], &[10.0, 10.0]);
        assert_eq!(places, [20.0, 30.0, 200.0]);
    }

    #[test]
    fn a_chain_runs_from_left_to_right_on_one_line() {
        let layout = layout(&boxes(3, &[(0, 1), (1, 2)]));
        assert_eq!(layout.nodes, [(0.0, 0.0, 100.0), (164.0, 0.0, 100.0), (328.0, 0.0, 100.0)]);
        assert_eq!(layout.edges[0], [(100.0, 20.0), (164.0, 20.0)]);
    }

    #[test]
    fn parallel_chains_do_not_cross() {
        let layout = layout(&boxes(4, &[(0, 3), (1, 2)]));
        assert!((layout.nodes[0].1 < layout.nodes[1].1) == (layout.nodes[3].1 < layout.nodes[2].1));
    }

    #[test]
    fn a_circle_has_a_layout() {
        let layout = layout(&boxes(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]));
        assert_eq!(layout.edges[2].first(), Some(&(328.0, layout.edges[2][0].1)));
    }

    #[test]
    fn nothing_has_a_layout() {
        let layout = layout(&boxes(0, &[]));
        assert_eq!(layout.size, (0.0, 0.0));
    }
}
