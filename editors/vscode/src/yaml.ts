// The compiled YAML as a document of its own, beside the source and live. What belongs together is marked on both sides.

import * as vscode from 'vscode';
import type { Target } from './extension';
import { documentOf, whenQuiet } from './follow';
import { Yaml, YamlPiece, yamlRequest } from './protocol';
import type { Server } from './server';

const SCHEME = 'efl-yaml';

/** The address of the YAML of a source, and back. */
const yamlOf = (source: vscode.Uri) =>
  vscode.Uri.from({ scheme: SCHEME, path: `${source.path}.yaml`, query: encodeURIComponent(source.toString()) });
const sourceOf = (yaml: vscode.Uri) => vscode.Uri.parse(decodeURIComponent(yaml.query));

export class YamlPreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly shown = new Map<string, Yaml>();
  private readonly mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.inactiveSelectionBackground'),
    overviewRulerColor: new vscode.ThemeColor('focusBorder'),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    borderWidth: '0 0 0 3px',
    borderStyle: 'solid',
    borderColor: new vscode.ThemeColor('focusBorder'),
  });
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.subscriptions = [
      this.changed,
      this.mark,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(document => this.shown.delete(document.uri.toString())),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === SCHEME) this.follow(vscode.window.activeTextEditor);
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        if (kind !== undefined) this.follow(textEditor);
      }),
      vscode.window.onDidChangeActiveTextEditor(editor => this.follow(editor)),
      whenQuiet(() => this.refresh()),
      server.onReady(() => this.refresh()),
      vscode.languages.registerDefinitionProvider({ scheme: SCHEME }, {
        provideDefinition: (document, position) => this.define(document, position),
      }),
    ];
  }

  /** Opens the YAML beside the source; from a code lens at what a range of the source becomes. */
  async show(target: Target, range?: unknown): Promise<void> {
    const source = await documentOf(target);
    if (!source) return;
    const document = await vscode.workspace.openTextDocument(yamlOf(source.uri));
    await vscode.languages.setTextDocumentLanguage(document, 'yaml');
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
    const line = lineOf(range) ?? vscode.window.activeTextEditor?.selection.active.line;
    const [piece] = line === undefined ? [] : this.piecesOf(source.uri, line);
    if (piece) editor.revealRange(new vscode.Range(piece.startLine, 0, piece.endLine, 0), vscode.TextEditorRevealType.AtTop);
    this.follow(vscode.window.activeTextEditor);
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const source = sourceOf(uri);
    await vscode.workspace.openTextDocument(source); // the server knows what is open
    const yaml = await this.server.ask(yamlRequest, source, token);
    // While the source is broken what it was before stays.
    if (yaml) this.shown.set(uri.toString(), yaml);
    return (yaml ?? this.shown.get(uri.toString()))?.text ?? '# Nothing is compiled: the source has errors.\n';
  }

  private refresh(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme === SCHEME) this.changed.fire(document.uri);
    }
  }

  /** Everything that the narrowest piece of source around a line becomes. */
  private piecesOf(source: vscode.Uri, line: number): YamlPiece[] {
    const height = ({ location: { range } }: YamlPiece) => range.end.line - range.start.line;
    const around = (this.shown.get(yamlOf(source).toString())?.map ?? []).filter(
      ({ location: { uri, range } }) =>
        range.start.line <= line && line <= range.end.line && vscode.Uri.parse(uri).toString() === source.toString(),
    );
    const least = Math.min(...around.map(height));
    return around.filter(piece => height(piece) === least).sort((a, b) => a.startLine - b.startLine);
  }

  /** The shortest piece of YAML around a line. */
  private pieceIn(yaml: vscode.Uri, line: number): YamlPiece | undefined {
    return this.shown
      .get(yaml.toString())
      ?.map.filter(({ startLine, endLine }) => startLine <= line && line < endLine)
      .sort((a, b) => a.endLine - a.startLine - (b.endLine - b.startLine))[0];
  }

  private define(document: vscode.TextDocument, position: vscode.Position): vscode.Location | undefined {
    const piece = this.pieceIn(document.uri, position.line);
    return piece && this.server.toLocation(piece.location);
  }

  /** Marks on the other side what the line of the cursor belongs to, and brings it into view. */
  private follow(editor: vscode.TextEditor | undefined): void {
    if (!editor) return;
    const { document, selection } = editor;
    const editors = vscode.window.visibleTextEditors;
    if (document.uri.scheme === SCHEME) {
      const piece = this.pieceIn(document.uri, selection.active.line);
      const source = sourceOf(document.uri).toString();
      for (const other of editors.filter(other => other.document.uri.toString() === source)) {
        const there = piece && vscode.Uri.parse(piece.location.uri).toString() === source;
        this.highlight(other, there ? [this.server.toLocation(piece.location).range] : []);
      }
      this.highlight(editor, piece ? [lines(piece)] : [], false);
    } else if (document.languageId === 'efl') {
      const yaml = yamlOf(document.uri).toString();
      const others = editors.filter(other => other.document.uri.toString() === yaml);
      const pieces = others.length > 0 ? this.piecesOf(document.uri, selection.active.line) : [];
      for (const other of others) this.highlight(other, pieces.map(lines));
      this.highlight(editor, pieces.slice(0, 1).map(piece => this.server.toLocation(piece.location).range), false);
    }
  }

  private highlight(editor: vscode.TextEditor, ranges: vscode.Range[], scroll = true): void {
    editor.setDecorations(this.mark, ranges);
    const [first] = ranges;
    if (first && scroll && !ranges.some(range => editor.visibleRanges.some(visible => visible.intersection(range)))) {
      editor.revealRange(new vscode.Range(first.start, first.start), vscode.TextEditorRevealType.InCenter);
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

const lines = ({ startLine, endLine }: YamlPiece) => new vscode.Range(startLine, 0, Math.max(startLine, endLine - 1), 0);

function lineOf(range: unknown): number | undefined {
  return (range as { start?: { line?: number } } | undefined)?.start?.line;
}
