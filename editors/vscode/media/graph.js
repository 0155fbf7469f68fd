// Draws what the extension sends, keeps what the eye is on where it is, and says what is clicked.
(() => {
  const vscode = acquireVsCodeApi();
  const $ = id => document.getElementById(id);
  const view = $('view');
  const graph = $('graph');
  const STEP = 1.2;
  const READABLE = 0.6;

  /** How the picture lies in the view: pixels and a factor. `free` once a person has moved it. */
  let place = { x: 0, y: 0, scale: 1, free: false };
  let source;
  let selected;

  const svg = () => graph.querySelector('svg');
  const size = () => ({ width: svg().viewBox.baseVal.width, height: svg().viewBox.baseVal.height });
  const nodes = () => [...graph.querySelectorAll('.node[data-id]')];

  function apply() {
    graph.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
    vscode.setState({ source, place });
  }

  /** Everything, but not larger than life. Nobody has asked: not smaller than can be read either, from the left on. */
  function fit(least = 0) {
    if (!svg()) return;
    const { width, height } = size();
    const scale = Math.max(least, Math.min(1, (view.clientWidth - 16) / width, (view.clientHeight - 16) / height));
    place = {
      scale,
      x: Math.max(8, (view.clientWidth - width * scale) / 2),
      y: Math.max(8, (view.clientHeight - height * scale) / 2),
      free: false,
    };
    apply();
  }

  function zoom(factor, x = view.clientWidth / 2, y = view.clientHeight / 2) {
    const scale = Math.max(0.1, Math.min(4, place.scale * factor));
    const ratio = scale / place.scale;
    place = { scale, x: x - (x - place.x) * ratio, y: y - (y - place.y) * ratio, free: true };
    apply();
  }

  /** Puts a picture in the place of another in one step: nothing is empty in between, and what is the same is not moved. */
  function draw(text) {
    const parsed = text && new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    const broken = !parsed || parsed.nodeName !== 'svg';
    $('stale').hidden = !broken || !svg();
    if (broken) {
      $('empty').hidden = Boolean(svg());
      return;
    }
    const next = document.importNode(parsed, true);
    // The extension's colours follow the theme; those of the picture follow the system.
    next.querySelector('style')?.remove();
    const empty = !next.querySelector('.node');
    $('empty').hidden = !empty;
    const before = new Set(nodes().map(node => node.dataset.id));
    for (const node of next.querySelectorAll('.node[data-id]')) {
      node.setAttribute('tabindex', '0');
      node.setAttribute('role', 'link');
      if (before.size > 0 && !before.has(node.dataset.id)) node.classList.add('new');
    }
    graph.replaceChildren(...(empty ? [] : [next]));
    if (!empty && !place.free) fit(READABLE);
    select(selected, false);
  }

  function select(id, scroll = true) {
    selected = id;
    let found;
    for (const node of nodes()) {
      const is = Boolean(id) && (node.id === id || node.dataset.id === id);
      node.classList.toggle('selected', is);
      if (is) found = node;
    }
    if (!found || !scroll) return;
    // Into view, if it is outside of it.
    const box = found.getBoundingClientRect();
    const edge = view.getBoundingClientRect();
    const dx = Math.min(0, edge.right - 24 - box.right) + Math.max(0, edge.left + 24 - box.left);
    const dy = Math.min(0, edge.bottom - 24 - box.bottom) + Math.max(0, edge.top + 24 - box.top);
    if (dx || dy) {
      place = { ...place, x: place.x + dx, y: place.y + dy };
      apply();
    }
  }

  /** Only what is beside a node stays bright. */
  function trace(id) {
    graph.classList.toggle('tracing', Boolean(id));
    const near = new Set([id]);
    for (const edge of graph.querySelectorAll('.edge')) {
      const { from, to } = edge.dataset;
      const is = from === id || to === id;
      edge.classList.toggle('near', is);
      if (is) near.add(from).add(to);
    }
    for (const node of nodes()) node.classList.toggle('near', near.has(node.dataset.id));
  }

  window.addEventListener('message', ({ data }) => {
    if (data.type === 'draw') {
      if (data.source !== source) {
        source = data.source;
        place.free = false;
        graph.replaceChildren();
      }
      draw(data.svg);
    } else if (data.type === 'select') {
      select(data.id);
    }
  });

  const nodeOf = event => event.target.closest?.('.node[data-id]');
  const open = node => node && vscode.postMessage({ type: 'open', ids: [node.id, node.dataset.id] });

  let drag;
  view.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, y: event.clientY, place, moved: false };
  });
  window.addEventListener('pointermove', event => {
    if (!drag) return;
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag.moved = true;
    view.classList.add('dragging');
    place = { ...drag.place, x: drag.place.x + dx, y: drag.place.y + dy, free: true };
    apply();
  });
  window.addEventListener('pointerup', event => {
    const moved = drag?.moved;
    drag = undefined;
    view.classList.remove('dragging');
    if (!moved && event.button === 0) open(nodeOf(event));
  });
  view.addEventListener('wheel', event => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
    } else {
      place = { ...place, x: place.x - event.deltaX, y: place.y - event.deltaY, free: true };
      apply();
    }
  }, { passive: false });
  view.addEventListener('pointerover', event => !drag && trace(nodeOf(event)?.dataset.id));
  view.addEventListener('pointerleave', () => trace(undefined));
  view.addEventListener('focusin', event => trace(nodeOf(event)?.dataset.id));

  window.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(STEP);
    else if (event.key === '-') zoom(1 / STEP);
    else if (event.key === '0') fit();
    else if (event.key === 'Enter') open(nodeOf(event));
  });
  $('fit').addEventListener('click', () => fit());
  $('in').addEventListener('click', () => zoom(STEP));
  $('out').addEventListener('click', () => zoom(1 / STEP));
  $('save').addEventListener('click', () => vscode.postMessage({ type: 'save' }));
  new ResizeObserver(() => !place.free && fit(READABLE)).observe(view);

  const state = vscode.getState();
  if (state?.source) ({ source, place } = state);
  vscode.postMessage({ type: 'ready' });
})();
