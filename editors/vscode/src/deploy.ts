// `efl deploy` of a file, in a terminal: it shows what would change, and asks.

import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Target } from './extension';
import type { Server } from './server';

/** Deploys a file that is saved and has no errors. */
export async function deploy(server: Server, target: Target): Promise<void> {
  const uri = typeof target === 'string' ? vscode.Uri.parse(target) : (target ?? vscode.window.activeTextEditor?.document.uri);
  if (uri?.scheme !== 'file') {
    void vscode.window.showErrorMessage('EFL: there is no file to deploy. Save it first.');
    return;
  }
  const name = path.basename(uri.fsPath);
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty) {
    const save = 'Save and Deploy';
    const chosen = await vscode.window.showWarningMessage(`EFL: ${name} has changes that are not saved.`, save);
    if (chosen !== save || !(await document.save())) return;
  }
  const errors = vscode.languages
    .getDiagnostics(uri)
    .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
  if (errors.length > 0) {
    const show = 'Show Problems';
    const what = errors.length === 1 ? 'an error' : `${errors.length} errors`;
    const chosen = await vscode.window.showErrorMessage(`EFL: ${name} has ${what}.`, show);
    if (chosen === show) await vscode.commands.executeCommand('workbench.actions.view.problems');
    return;
  }
  const args = ['deploy', uri.fsPath];
  const task = new vscode.Task(
    { type: 'efl', command: 'deploy', args: [uri.fsPath] },
    vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace,
    `deploy ${name}`,
    'efl',
    new vscode.ProcessExecution(server.program, args, { cwd: path.dirname(uri.fsPath) }),
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Dedicated,
    focus: true, // it asks
    clear: true,
  };
  await vscode.tasks.executeTask(task);
}
