// The graph of a pipeline in a panel beside its source. A click goes to the source; a change of the source redraws.

import * as vscode from 'vscode';
import type { Target } from './extension';
import { documentOf, reveal, whenQuiet } from './follow';
import { Graph, graphRequest } from './protocol';
import type { Server } from './server';

type FromPanel = { type: 'ready' } | { type: 'open'; ids: string[] } | { type: 'save' };

export class GraphPreview implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private source: vscode.Uri | undefined;
  private graph: Graph | undefined;
  private drawn: string | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {
    this.subscriptions = [
      whenQuiet(() => this.refresh()),
      server.onReady(() => this.refresh()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.select(textEditor)),
      vscode.window.onDidChangeActiveTextEditor(async editor => {
        // The graph is that of the file one looks at.
        if (!this.panel || editor?.document.languageId !== 'efl' || editor.document.uri.toString() === this.source?.toString()) return;
        this.source = editor.document.uri;
        await this.refresh();
      }),
      vscode.window.registerWebviewPanelSerializer('efl.graph', {
        deserializeWebviewPanel: async (panel, state: { source?: string } | undefined) => {
          this.source = state?.source ? vscode.Uri.parse(state.source) : undefined;
          this.adopt(panel);
        },
      }),
    ];
  }

  async show(target: Target): Promise<void> {
    const document = await documentOf(target);
    if (!document) return;
    this.source = document.uri;
    if (this.panel) {
      this.panel.reveal(undefined, true);
      await this.refresh();
      return;
    }
    const below = vscode.workspace.getConfiguration('efl').get('graph.position') === 'below';
    const editor = await vscode.window.showTextDocument(document);
    this.adopt(
      vscode.window.createWebviewPanel(
        'efl.graph',
        'EFL Graph',
        { viewColumn: below ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside, preserveFocus: !below },
        { retainContextWhenHidden: true },
      ),
    );
    if (below) {
      // The API has no column below: the panel is moved there, and the source is what one types in again.
      await vscode.commands.executeCommand('workbench.action.moveEditorToBelowGroup');
      await vscode.window.showTextDocument(document, { viewColumn: editor.viewColumn, selection: editor.selection });
    }
  }

  async save(): Promise<void> {
    if (!this.panel || !this.graph) await this.show(undefined);
    if (!this.source) return;
    const graph = this.graph ?? (await this.server.ask(graphRequest, this.source));
    if (!graph) return;
    const target = await vscode.window.showSaveDialog({
      defaultUri: this.source.with({ path: this.source.path.replace(/\.efl$/, '') + '.svg' }),
      filters: { SVG: ['svg'] },
    });
    if (target) await vscode.workspace.fs.writeFile(target, Buffer.from(graph.svg));
  }

  private adopt(panel: vscode.WebviewPanel): void {
    const media = vscode.Uri.joinPath(this.context.extensionUri, 'media');
    panel.iconPath = vscode.Uri.joinPath(this.context.extensionUri, 'icons', 'file-dark.svg');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    this.panel = panel;
    this.drawn = undefined;
    panel.onDidDispose(() => {
      this.panel = this.graph = this.drawn = undefined;
      void vscode.commands.executeCommand('setContext', 'efl.graphIsOpen', false);
    });
    panel.webview.onDidReceiveMessage(async (message: FromPanel) => {
      if (message.type === 'ready') {
        this.drawn = undefined;
        await this.refresh();
      } else if (message.type === 'save') {
        await this.save();
      } else {
        const node = this.graph?.nodes.find(({ id }) => message.ids.includes(id));
        if (node) await reveal(this.server.toLocation(node.location));
      }
    });
    void vscode.commands.executeCommand('setContext', 'efl.graphIsOpen', true);
    const nonce = Array.from({ length: 32 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
    const file = (name: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
    panel.webview.html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${panel.webview.cspSource} 'unsafe-inline'; script-src 'nonce-${nonce}'">
<link rel="stylesheet" href="${file('graph.css')}">
<title>EFL Graph</title>
</head>
<body>
<div id="view" tabindex="0" role="application" aria-label="Graph of the pipeline"><div id="graph"></div></div>
<p id="empty" hidden>Nothing to draw yet: write an <code>orchestrator</code>.</p>
<p id="stale" hidden role="status">The source has errors: this is what it was before.</p>
<div id="tools" role="toolbar" aria-label="Graph">
<button id="fit" title="Show everything (0)">Fit</button>
<button id="out" title="Smaller (-)" aria-label="Smaller">−</button>
<button id="in" title="Larger (+)" aria-label="Larger">+</button>
<button id="save" title="Save as SVG">Save</button>
</div>
<script nonce="${nonce}" src="${file('graph.js')}"></script>
</body>
</html>`;
  }

  private async refresh(): Promise<void> {
    const { panel, source } = this;
    if (!panel || !source) return;
    const graph = await this.server.ask(graphRequest, source);
    if (this.panel !== panel || this.source !== source) return;
    panel.title = `Graph: ${source.path.split('/').pop()}`;
    if (graph) this.graph = graph;
    const key = `${source} ${graph?.svg}`;
    if (key !== this.drawn) {
      this.drawn = key;
      await panel.webview.postMessage({ type: 'draw', svg: graph?.svg, source: source.toString() });
    }
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === source.toString());
    if (editor) this.select(editor);
  }

  /** Marks the node whose declaration the cursor is in. */
  private select(editor: vscode.TextEditor): void {
    if (!this.panel || editor.document.uri.toString() !== this.source?.toString()) return;
    const at = editor.selection.active.line;
    const height = (range: vscode.Range) => range.end.line - range.start.line;
    const [node] = (this.graph?.nodes ?? [])
      .map(({ id, location }) => ({ id, at: this.server.toLocation(location) }))
      .filter(({ at: { uri, range } }) => uri.toString() === this.source?.toString() && range.start.line <= at && at <= range.end.line)
      .sort((a, b) => height(a.at.range) - height(b.at.range));
    void this.panel.webview.postMessage({ type: 'select', id: node?.id });
  }

  dispose(): void {
    this.panel?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
