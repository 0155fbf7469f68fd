// The extension's tests through the VS Code API. An extension of its own: it runs beside EFL in the extension host, and
// writes what it found to EFL_API_RESULT.

const assert = require('node:assert');
const fs = require('node:fs');
const vscode = require('vscode');

const LIMIT = Number(process.env.EFL_LIMIT ?? 15000);

exports.activate = async () => {
  // For the tests of the page, which cannot reach the settings.
  for (const [name, theme] of [['light', 'Default Light Modern'], ['dark', 'Default Dark Modern']]) {
    vscode.commands.registerCommand(`eflTests.${name}`, () =>
      vscode.workspace.getConfiguration('workbench').update('colorTheme', theme, vscode.ConfigurationTarget.Global));
  }
  const result = process.env.EFL_API_RESULT;
  if (!result) return;
  const results = [];
  const only = process.env.EFL_ONLY ?? '';
  for (const [name, run] of tests.filter(([name]) => name.includes(only))) {
    const began = Date.now();
    let problem;
    let timer;
    try {
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('the test does not end')), 2 * LIMIT);
      });
      await Promise.race([fresh().then(run), late]);
    } catch (error) {
      problem = String(error?.stack ?? error);
    }
    clearTimeout(timer);
    results.push({ name, problem, ms: Date.now() - began });
  }
  await fresh().catch(() => {});
  fs.writeFileSync(`${result}.part`, JSON.stringify({ version: vscode.version, results }));
  fs.renameSync(`${result}.part`, result);
};

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const tests = [];
const test = (name, run) => tests.push([name, run]);

const file = name => vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, name);
const originals = new Map();
let main, types;

/** The files as they were, with the first one open. */
async function fresh() {
  for (const name of ['main.efl', 'types.efl']) {
    const document = await vscode.workspace.openTextDocument(file(name));
    if (!originals.has(name)) originals.set(name, document.getText());
    if (document.getText() !== originals.get(name)) {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), originals.get(name));
      await vscode.workspace.applyEdit(edit);
    }
    // Behind the formatter, which saving runs.
    if (document.isDirty) await document.save();
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  main = await vscode.workspace.openTextDocument(file('main.efl'));
  types = await vscode.workspace.openTextDocument(file('types.efl'));
  await vscode.window.showTextDocument(main);
}

async function until(what, probe, limit = LIMIT) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${limit / 1000} s: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** The place of a text, some columns behind its beginning. */
function at(document, text, columns = 0) {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `no such text: ${text}`);
  return document.positionAt(offset + columns);
}

async function replace(document, from, to) {
  const edit = new vscode.WorkspaceEdit();
  const start = at(document, from);
  edit.replace(document.uri, new vscode.Range(start, start.translate(0, from.length)), to);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);
const diagnostics = (source = 'efl') => vscode.languages.getDiagnostics(main.uri).filter(d => d.source === source);
const codeOf = diagnostic => diagnostic.code?.value ?? diagnostic.code;

/** Processes of the bundled server. */
function servers() {
  const directory = vscode.extensions.getExtension('efl.efl').extensionPath;
  return fs
    .readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return fs.readlinkSync(`/proc/${pid}/exe`).startsWith(directory);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test('the bundled server starts', async () => {
  assert.equal(main.languageId, 'efl');
  await until('a server', () => servers().length === 1);
});

test('diagnostics appear and clear', async () => {
  await replace(main, 'speed > 50', 'sped > 50');
  const [found] = await until('a diagnostic', () => diagnostics().length > 0 && diagnostics());
  assert.equal(codeOf(found), 'E0304');
  assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
  assert.deepEqual(found.range.start, at(main, 'sped'));
  await replace(main, 'sped > 50', 'speed > 50');
  await until('none', () => diagnostics().length === 0);
});

test('a mistake in one file is seen in another', async () => {
  await replace(types, 'speed: number', 'velocity: number');
  await until('a diagnostic', () => diagnostics().some(d => codeOf(d) === 'E0304'));
});

test('hover shows the documentation', async () => {
  const hovers = await until('a hover', async () => {
    const found = await run('vscode.executeHoverProvider', main.uri, at(main, 'fine(plate: vehicle'));
    return found.length > 0 && found;
  });
  const text = hovers.flatMap(hover => hover.contents).map(content => content.value ?? content).join('\n');
  assert.match(text, /Writes a fine\./);
});

test('completion offers what is declared', async () => {
  await replace(main, '    fine(plate: vehicle.plate, speed: vehicle.speed)', '    fi');
  const list = await run('vscode.executeCompletionItemProvider', main.uri, at(main, '    fi\n', 6));
  const labels = list.items.map(item => item.label?.label ?? item.label);
  assert.ok(labels.some(label => /^fine\b/.test(label)), labels.slice(0, 20).join(', '));
});

test('the definition is in another file', async () => {
  const [found] = await run('vscode.executeDefinitionProvider', main.uri, at(main, 'Vehicle {', 1));
  const uri = found.targetUri ?? found.uri;
  assert.equal(uri.toString(), types.uri.toString());
  assert.equal((found.targetSelectionRange ?? found.range).start.line, 1);
});

test('references are those of both files', async () => {
  const found = await run('vscode.executeReferenceProvider', main.uri, at(main, 'Vehicle {', 1));
  assert.deepEqual([...new Set(found.map(({ uri }) => uri.path.split('/').pop()))].sort(), ['main.efl', 'types.efl']);
});

test('rename goes through every file', async () => {
  const edit = await run('vscode.executeDocumentRenameProvider', main.uri, at(main, 'Vehicle {', 1), 'Car');
  assert.ok(await vscode.workspace.applyEdit(edit));
  assert.match(main.getText(), /^import \{ Car \} from "types.efl"/);
  assert.match(main.getText(), /event vehicle: Car \{/);
  assert.match(types.getText(), /type Car = /);
  await until('no diagnostic', () => diagnostics().length === 0);
});

test('a quick fix mends what is misspelt', async () => {
  await replace(main, 'speed > 50', 'sped > 50');
  const [found] = await until('a diagnostic', () => diagnostics().length > 0 && diagnostics());
  const actions = await run('vscode.executeCodeActionProvider', main.uri, found.range, vscode.CodeActionKind.QuickFix.value, 20);
  const fix = actions.find(action => /speed/.test(action.title) && action.edit);
  assert.ok(fix, actions.map(action => action.title).join(', '));
  assert.ok(await vscode.workspace.applyEdit(fix.edit));
  assert.match(main.getText(), /vehicle\[speed > 50\]/);
  await until('none', () => diagnostics().length === 0);
});

test('saving formats', async () => {
  await replace(main, '  engine: efl', '  engine   :efl');
  await main.save();
  assert.equal(main.getText(), originals.get('main.efl'));
});

test('a file that is not open is checked too', async () => {
  const other = file('other.efl');
  fs.writeFileSync(other.fsPath, 'type Other = Missing\n');
  try {
    await until('a diagnostic', () => vscode.languages.getDiagnostics(other).some(d => codeOf(d) === 'E0205'));
    fs.writeFileSync(other.fsPath, 'type Other = string\n');
    await until('none', () => !vscode.languages.getDiagnostics(other).some(d => codeOf(d) === 'E0205'));
  } finally {
    fs.rmSync(other.fsPath);
  }
});

test('a call shows its parameters, and links lead to files', async () => {
  const help = await run('vscode.executeSignatureHelpProvider', main.uri, at(main, 'fine(plate: vehicle', 5));
  assert.match(help.signatures[0].label, /fine\(plate: string, speed: number\)/);
  const links = await run('vscode.executeLinkProvider', main.uri, 10);
  assert.ok(links.some(({ target }) => target?.path.endsWith('types.efl')), JSON.stringify(links));
});

test('symbols are those of the file', async () => {
  const symbols = await run('vscode.executeDocumentSymbolProvider', main.uri);
  const names = [];
  (function walk(list) {
    for (const { name, children = [] } of list) names.push(name), walk(children);
  })(symbols);
  for (const name of ['traffic', 'roadside', 'fine', 'too-fast']) assert.ok(names.includes(name), names.join(', '));
});

test('a file that is renamed keeps its imports', async () => {
  const edit = new vscode.WorkspaceEdit();
  const there = file('vehicles.efl');
  edit.renameFile(types.uri, there);
  assert.ok(await vscode.workspace.applyEdit(edit));
  try {
    await until('the import', () => /from "vehicles\.efl"/.test(main.getText()));
    await main.save();
    await until('no diagnostic', () => diagnostics().length === 0);
  } finally {
    const back = new vscode.WorkspaceEdit();
    back.renameFile(there, file('types.efl'));
    await vscode.workspace.applyEdit(back);
  }
});

test('hints, lenses, tokens, folds and calls are there', async () => {
  await replace(main, '    fine(plate', '    let speed = vehicle.speed\n    fine(plate');
  const hints = await until('hints', async () => {
    const found = await run('vscode.executeInlayHintProvider', main.uri, new vscode.Range(0, 0, main.lineCount, 0));
    return found.length > 0 && found;
  });
  const labels = hints.map(({ label }) => (typeof label === 'string' ? label : label.map(part => part.value).join('')));
  assert.ok(labels.some(label => label.includes('number')), labels.join(' '));

  const lenses = await run('vscode.executeCodeLensProvider', main.uri, 20);
  const commands = lenses.map(lens => lens.command?.command);
  assert.ok(commands.includes('efl.showYaml') && commands.includes('efl.showGraph'), commands.join(' '));

  const tokens = await run('vscode.provideDocumentSemanticTokens', main.uri);
  assert.ok(tokens.data.length > 20 * 5, `${tokens.data.length / 5} tokens`);
  const folds = await run('vscode.executeFoldingRangeProvider', main.uri);
  assert.ok(folds.some(({ start }) => start === 2));

  const [rule] = await run('vscode.prepareCallHierarchy', main.uri, at(main, 'too-fast'));
  const calls = await run('vscode.provideOutgoingCalls', rule);
  assert.ok(calls.some(({ to }) => to.name === 'fine'), calls.map(({ to }) => to.name).join(' '));
});

test('a lens opens the YAML at what it is above', async () => {
  const lenses = await until('lenses', async () => {
    const found = await run('vscode.executeCodeLensProvider', main.uri, 20);
    return found.length > 0 && found;
  });
  const { command } = lenses.find(lens => lens.command.command === 'efl.showYaml');
  await run(command.command, ...command.arguments);
  await until('the YAML', () => vscode.window.visibleTextEditors.some(({ document }) => document.uri.scheme === 'efl-yaml'));
});

test('settings reach the server', async () => {
  const settings = vscode.workspace.getConfiguration('efl');
  const lenses = () => run('vscode.executeCodeLensProvider', main.uri, 20);
  await until('lenses', async () => (await lenses()).length > 0);
  try {
    await settings.update('codeLens', false, vscode.ConfigurationTarget.Workspace);
    await until('no lenses', async () => (await lenses()).length === 0);
  } finally {
    await settings.update('codeLens', undefined, vscode.ConfigurationTarget.Workspace);
  }
  await until('lenses', async () => (await lenses()).length > 0);
});

test('the YAML is beside the source, and follows it', async () => {
  await run('efl.showYaml');
  const yaml = () => vscode.workspace.textDocuments.find(document => document.uri.scheme === 'efl-yaml');
  const document = await until('the YAML', () => yaml()?.getText().includes('kind: EventSource') && yaml());
  assert.equal(document.languageId, 'yaml');
  await replace(main, 'namespace: "traffic"', 'namespace: "elsewhere"');
  await until('the change', () => document.getText().includes('namespace: elsewhere'));
  // While the source is broken, what it was stays.
  await replace(main, 'orchestrator traffic {', 'orchestrator traffic {{{');
  await until('a diagnostic', () => diagnostics().length > 0);
  await new Promise(resolve => setTimeout(resolve, 400));
  assert.ok(document.getText().includes('kind: EventSource'), document.getText().slice(0, 200));
  const [definition] = await run('vscode.executeDefinitionProvider', document.uri, at(document, 'kind: EventSource'));
  assert.equal(definition.uri.toString(), main.uri.toString());
});

test('the graph is a panel beside the source', async () => {
  await run('efl.showGraph', main.uri);
  await until('a panel', () =>
    vscode.window.tabGroups.all.some(group => group.tabs.some(tab => /^Graph: main\.efl$/.test(tab.label))));
});

/** What the server finds in a text that is no file. */
async function found(content) {
  const document = await vscode.workspace.openTextDocument({ language: 'efl', content });
  await vscode.window.showTextDocument(document);
  // Something to wait for: behind it everything has been said.
  const sentinel = 'type Sentinel = Missing\n';
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(document.lineCount, 0), `\n${sentinel}`);
  await vscode.workspace.applyEdit(edit);
  const all = await until('the sentinel', () => {
    const all = vscode.languages.getDiagnostics(document.uri);
    return all.some(({ message }) => message.includes('`Missing`')) && all;
  });
  await run('workbench.action.revertAndCloseActiveEditor');
  // What only declares is not used yet.
  return all.filter(
    diagnostic =>
      diagnostic.severity <= vscode.DiagnosticSeverity.Warning &&
      codeOf(diagnostic) !== 'E0214' &&
      !diagnostic.message.includes('`Missing`'),
  );
}

test('a new pipeline has no mistakes', async () => {
  await run('efl.newPipeline');
  const { document } = vscode.window.activeTextEditor;
  assert.ok(document.isUntitled && document.languageId === 'efl');
  const text = document.getText();
  assert.match(text, /^orchestrator my-pipeline \{/);
  await run('workbench.action.revertAndCloseActiveEditor');
  assert.deepEqual((await found(text)).map(({ message }) => message), []);
});

test('snippets for a file have no mistakes', async () => {
  const { extensionPath } = vscode.extensions.getExtension('efl.efl');
  const snippets = JSON.parse(fs.readFileSync(`${extensionPath}/snippets/efl.json`, 'utf8'));
  const expand = body => [body].flat().join('\n').replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$\d/g, '');
  const text = ['Orchestrator', 'Type', 'Param', 'Bus', 'Fleet'].map(name => expand(snippets[name].body)).join('\n\n');
  assert.deepEqual((await found(text)).map(({ message }) => message), []);
});

test('tasks check the workspace, and their problems are matched', async () => {
  const other = file('other.efl');
  fs.writeFileSync(other.fsPath, 'type Other = Missing\n');
  try {
    const tasks = await vscode.tasks.fetchTasks({ type: 'efl' });
    assert.deepEqual(tasks.map(task => task.name).slice(0, 2), ['check', 'check (strict)']);
    const ended = new Promise(resolve => vscode.tasks.onDidEndTaskProcess(({ exitCode }) => resolve(exitCode)));
    await vscode.tasks.executeTask(tasks[0]);
    assert.equal(await ended, 1);
    const [found] = await until('a diagnostic', () => {
      const all = vscode.languages.getDiagnostics(other);
      return all.length > 0 && all;
    });
    assert.equal(codeOf(found), 'E0205');
    assert.equal(found.range.start.character, 13);
  } finally {
    fs.rmSync(other.fsPath);
  }
});

test('what is deployed is saved and has no errors, and is deployed in a terminal', async () => {
  const started = [];
  const starts = vscode.tasks.onDidStartTaskProcess(({ execution }) => started.push(execution.task.definition));
  const ended = new Promise(resolve => vscode.tasks.onDidEndTaskProcess(({ exitCode }) => resolve(exitCode)));
  try {
    // Each asks something and waits for the answer.
    await replace(main, 'speed > 50', 'speed > 51');
    void run('efl.deploy');
    await sleep(500);
    await run('notifications.clearAll');
    await main.save();
    await replace(main, 'speed > 51', 'sped > 51');
    await main.save();
    await until('a diagnostic', () => diagnostics().some(d => codeOf(d) === 'E0304'));
    void run('efl.deploy');
    await sleep(500);
    await run('notifications.clearAll');
    assert.deepEqual(started, []);

    await replace(main, 'sped > 51', 'speed > 50');
    await main.save();
    await until('no diagnostic', () => diagnostics().every(d => d.severity !== vscode.DiagnosticSeverity.Error));
    await run('efl.deploy');
    await until('a terminal', () => started.length === 1);
    assert.deepEqual(started[0], { type: 'efl', command: 'deploy', args: [main.uri.fsPath] });
    // There is no cluster here.
    assert.equal(await ended, 1);
  } finally {
    starts.dispose();
  }
});

test('the server comes back after a crash', async () => {
  const [pid] = await until('a server', () => servers().length === 1 && servers());
  process.kill(pid, 'SIGKILL');
  await until('another one', () => servers().some(other => other !== pid));
  await replace(main, 'speed > 50', 'sped > 50');
  await until('a diagnostic of the new one', () => diagnostics().some(d => codeOf(d) === 'E0304'));
});

test('the server is started again by command', async () => {
  const [pid] = await until('a server', () => servers().length === 1 && servers());
  await run('efl.restart');
  await until('another one', () => servers().length === 1 && servers()[0] !== pid);
  await replace(main, 'speed > 50', 'sped > 50');
  await until('a diagnostic', () => diagnostics().some(d => codeOf(d) === 'E0304'));
});
