// `efl check`, `efl fmt` and `efl compile` as tasks.

import * as vscode from 'vscode';
import type { Server } from './server';

interface Definition extends vscode.TaskDefinition {
  command: string;
  args?: string[];
}

const OFFERED: { name: string; definition: Definition; group?: vscode.TaskGroup }[] = [
  { name: 'check', definition: { type: 'efl', command: 'check' }, group: vscode.TaskGroup.Build },
  { name: 'check (strict)', definition: { type: 'efl', command: 'check', args: ['--strict'] } },
  { name: 'format', definition: { type: 'efl', command: 'fmt' } },
  { name: 'compile into out/', definition: { type: 'efl', command: 'compile', args: ['-o', 'out'] }, group: vscode.TaskGroup.Build },
];

export class Tasks implements vscode.TaskProvider, vscode.Disposable {
  private readonly subscription = vscode.tasks.registerTaskProvider('efl', this);

  constructor(private readonly server: Server) {}

  provideTasks(): vscode.Task[] {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    return folder ? OFFERED.map(({ name, definition, group }) => this.task(folder, name, definition, group)) : [];
  }

  resolveTask(task: vscode.Task): vscode.Task {
    return this.task(task.scope ?? vscode.TaskScope.Workspace, task.name, task.definition as Definition, task.group);
  }

  async check(): Promise<void> {
    const [task] = this.provideTasks();
    if (task) await vscode.tasks.executeTask(task);
  }

  private task(
    scope: vscode.WorkspaceFolder | vscode.TaskScope,
    name: string,
    definition: Definition,
    group?: vscode.TaskGroup,
  ): vscode.Task {
    const { command, args = [] } = definition;
    // What the problem matcher reads.
    const format = command === 'check' && !args.includes('--format') ? ['--format', 'short'] : [];
    const run = new vscode.ProcessExecution(this.server.program, [command, ...format, ...args]);
    const task = new vscode.Task(definition, scope as vscode.WorkspaceFolder, name, 'efl', run, '$efl');
    task.group = group;
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, clear: true };
    return task;
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
