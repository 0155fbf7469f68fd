// The language server: where it is, whether it runs, and what happens when it does not.

import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import {
  CloseAction,
  CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  RequestType,
  ResponseError,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import type { DocumentParams } from './protocol';

/** The server is started again when it stops, but not more often than this… */
const RESTARTS = 4;
/** … in this time, in milliseconds. */
const PERIOD = 3 * 60 * 1000;

export class Server implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel('EFL', { log: true });
  private readonly status = vscode.window.createStatusBarItem('efl.server', vscode.StatusBarAlignment.Right, 100);
  private readonly ready = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private client: LanguageClient | undefined;
  private stopping = false;
  private stops: number[] = [];

  /** The server runs, for the first time or again. */
  readonly onReady = this.ready.event;

  constructor(private readonly context: vscode.ExtensionContext) {
    this.status.name = 'EFL Language Server';
    this.status.command = 'efl.menu';
    this.subscriptions.push(
      this.status,
      this.output,
      this.ready,
      vscode.window.onDidChangeActiveTextEditor(() => this.showStatus()),
      vscode.workspace.onDidChangeConfiguration(async change => {
        if (change.affectsConfiguration('efl.server.path')) await this.restart();
      }),
    );
  }

  /** The program: of the settings, of the extension, or of `PATH`. */
  get program(): string {
    const configured = vscode.workspace.getConfiguration('efl').get<string>('server.path')?.trim();
    if (configured) return configured;
    const name = process.platform === 'win32' ? 'efl.exe' : 'efl';
    const bundled = this.context.asAbsolutePath(path.join('server', name));
    return fs.existsSync(bundled) ? bundled : name;
  }

  async start(): Promise<void> {
    this.stopping = false;
    const run = { command: this.program, args: ['lsp'], transport: TransportKind.stdio };
    const client = new LanguageClient(
      'efl',
      'EFL',
      { run, debug: run },
      {
        documentSelector: [
          { scheme: 'file', language: 'efl' },
          { scheme: 'untitled', language: 'efl' },
        ],
        outputChannel: this.output,
        // Commands of code lenses that are handled here.
        initializationOptions: { clientCommands: ['efl.showYaml', 'efl.showGraph'] },
        errorHandler: {
          // What is written while the server goes down fails; that it is gone is said once, below.
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => this.closed(),
        },
        markdown: { supportHtml: false },
      },
    );
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      this.showStatus();
      if (newState === State.Running) this.ready.fire();
    });
    this.showStatus();
    try {
      await client.start();
    } catch (problem) {
      this.showStatus();
      const answer = await vscode.window.showErrorMessage(
        `EFL: the language server does not start (${run.command}): ${problem instanceof Error ? problem.message : problem}`,
        'Settings',
        'Log',
      );
      if (answer === 'Settings') await vscode.commands.executeCommand('workbench.action.openSettings', 'efl.server.path');
      if (answer === 'Log') this.output.show();
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const client = this.client;
    this.client = undefined;
    this.showStatus();
    try {
      await client?.dispose(2000);
    } catch {
      // It was not running.
    }
  }

  /** The server stopped without having been asked to. */
  private closed(): CloseHandlerResult {
    const now = Date.now();
    this.stops = [...this.stops.filter(then => now - then < PERIOD), now];
    this.output.warn('the server has stopped');
    if (this.stops.length <= RESTARTS) return { action: CloseAction.Restart, handled: true };
    this.stops = [];
    void vscode.window
      .showErrorMessage(`EFL: the language server stopped ${RESTARTS + 1} times in three minutes.`, 'Restart', 'Log')
      .then(answer => {
        if (answer === 'Restart') return this.restart();
        if (answer === 'Log') this.output.show();
      });
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Asks the server about a document. Nothing if it does not run, cannot answer, or the document changed meanwhile. */
  async ask<R>(
    request: RequestType<DocumentParams, R | null, void>,
    uri: vscode.Uri,
    token?: vscode.CancellationToken,
  ): Promise<R | undefined> {
    const client = this.client;
    if (client?.state !== State.Running) return undefined;
    const textDocument = { uri: client.code2ProtocolConverter.asUri(uri) };
    try {
      return (await client.sendRequest(request, { textDocument }, token)) ?? undefined;
    } catch (problem) {
      if (!(problem instanceof ResponseError)) this.output.error(String(problem));
      return undefined;
    }
  }

  /** A place of the protocol as one of the editor. */
  toLocation(location: { uri: string; range: Parameters<LanguageClient['protocol2CodeConverter']['asRange']>[0] }): vscode.Location {
    const { start, end } = location.range!;
    return new vscode.Location(
      vscode.Uri.parse(location.uri),
      new vscode.Range(start.line, start.character, end.line, end.character),
    );
  }

  async menu(): Promise<void> {
    const items = [
      { label: '$(debug-restart) Restart', command: 'efl.restart' },
      { label: '$(output) Show log', command: 'efl.showLog' },
      { label: '$(checklist) Check the workspace', command: 'efl.check' },
      { label: '$(gear) Settings', command: 'workbench.action.openSettings', argument: '@ext:efl.efl' },
    ];
    const chosen = await vscode.window.showQuickPick(items, { title: `EFL ${this.describe().text}`, placeHolder: this.program });
    if (chosen) await vscode.commands.executeCommand(chosen.command, chosen.argument);
  }

  private describe(): { icon: string; text: string; bad?: boolean } {
    switch (this.client?.state) {
      case State.Running: {
        const version = this.client.initializeResult?.serverInfo?.version;
        return { icon: '$(check)', text: version ? `${version} runs` : 'runs' };
      }
      case State.Starting:
        return { icon: '$(sync~spin)', text: 'is starting' };
      default:
        return this.stopping ? { icon: '$(debug-pause)', text: 'is stopped' } : { icon: '$(error)', text: 'has stopped', bad: true };
    }
  }

  private showStatus(): void {
    const { icon, text, bad } = this.describe();
    this.status.text = `${icon} EFL`;
    this.status.tooltip = new vscode.MarkdownString(`The language server **${text}**  \n\`${this.program}\``);
    this.status.accessibilityInformation = { label: `EFL language server ${text}` };
    this.status.backgroundColor = bad ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    if (bad || vscode.window.activeTextEditor?.document.languageId === 'efl') this.status.show();
    else this.status.hide();
  }

  dispose(): void {
    void this.stop();
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
