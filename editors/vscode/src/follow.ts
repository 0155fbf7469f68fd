// What the two previews share: which document they are about, and when to ask again.

import * as vscode from 'vscode';
import type { Target } from './extension';

/** How long nobody types before a preview asks, in milliseconds. */
const QUIET = 120;

/** The document a command is about: its argument, or the active editor's. */
export async function documentOf(target: Target): Promise<vscode.TextDocument | undefined> {
  if (target) {
    const uri = typeof target === 'string' ? vscode.Uri.parse(target) : target;
    return vscode.workspace.openTextDocument(uri);
  }
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === 'efl') return document;
  void vscode.window.showInformationMessage('EFL: open an .efl file first.');
  return undefined;
}

/** Calls `refresh` when an EFL document has changed and it is quiet: what is imported counts too. */
export function whenQuiet(refresh: () => void): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const subscription = vscode.workspace.onDidChangeTextDocument(change => {
    if (change.document.languageId !== 'efl' || change.contentChanges.length === 0) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, QUIET);
  });
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    subscription.dispose();
  });
}

/** Shows a place, in the column where its file is open already, and beside a preview otherwise. */
export async function reveal(location: vscode.Location, preserveFocus = false): Promise<void> {
  const open = vscode.window.tabGroups.all.find(group =>
    group.tabs.some(tab => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === location.uri.toString()),
  );
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(location.uri), {
    viewColumn: open?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(location.range.start, location.range.start),
    preserveFocus,
  });
}
