// What is started with the extension: the server, the two previews, the tasks and the commands.

import * as vscode from 'vscode';
import { deploy } from './deploy';
import { GraphPreview } from './graph';
import { Server } from './server';
import { Tasks } from './tasks';
import { YamlPreview } from './yaml';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  server = new Server(context);
  const graph = new GraphPreview(context, server);
  const yaml = new YamlPreview(server);
  const tasks = new Tasks(server);
  context.subscriptions.push(server, graph, yaml, tasks);

  const command = (name: string, run: (...args: never[]) => unknown) =>
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  command('efl.showGraph', (target?: Target) => graph.show(target));
  command('efl.saveGraph', () => graph.save());
  command('efl.showYaml', (target?: Target, range?: unknown) => yaml.show(target, range));
  command('efl.check', () => tasks.check());
  command('efl.deploy', (target?: Target) => server && deploy(server, target));
  command('efl.restart', () => server?.restart());
  command('efl.showLog', () => server?.output.show());
  command('efl.menu', () => server?.menu());
  command('efl.newPipeline', newPipeline);
  command('efl.walkthrough', () =>
    vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`),
  );

  await server.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** What a command is about: from a menu an address, from a code lens text, from the palette nothing. */
export type Target = vscode.Uri | string | undefined;

const PIPELINE = `orchestrator \${1:my-pipeline} {
  namespace: "\${2:my-namespace}"

  source \${3:roadside}: webhook {
    port: 12000
    auth: secret("\${3:roadside}", "token")
    event \${4:vehicle}: { plate: string, speed: number } { path: "/\${4:vehicle}" }
  }

  function \${5:fine}(plate: string, speed: number) {
    image: "\${6:registry.example/fine:1.0}"
  }

  rule \${7:too-fast} on \${4:vehicle}[speed > 50] {
    \${5:fine}(plate: \${4:vehicle}.plate, speed: \${4:vehicle}.speed)
  }
}

test "a fast vehicle is fined" {
  send \${4:vehicle} { plate: "12-3456", speed: 72 }
  expect call \${5:fine} { plate: "12-3456" }
}
$0`;

async function newPipeline(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'efl', content: '' });
  const editor = await vscode.window.showTextDocument(document);
  await editor.insertSnippet(new vscode.SnippetString(PIPELINE));
}
