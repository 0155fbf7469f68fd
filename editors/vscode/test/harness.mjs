// A real workbench (code-server) in a real browser (Chromium), with extensions of its own.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const tools = path.join(process.env.EFL_CACHE ?? path.join(os.homedir(), '.cache/efl'), 'editors');
const entry = path.join(tools, 'code-server-4.139.1/node_modules/code-server/out/node/entry.js');
const browserPath = process.env.EFL_CHROMIUM ?? '/usr/bin/chromium';

const SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.layoutControl.enabled': false,
  'workbench.colorTheme': 'Default Light Modern',
  'window.commandCenter': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'files.autoSave': 'off',
  'editor.minimap.enabled': false,
  'editor.fontFamily': 'DejaVu Sans Mono',
  'task.quickOpen.showAll': true,
  'git.enabled': false,
};

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

/** The extension and the one that tests it, as packages. */
export function extensions(out) {
  const here = import.meta.dirname;
  const vsix = path.resolve(process.env.EFL_VSIX ?? path.join(here, `../efl-${process.platform}-${process.arch}.vsix`));
  if (!existsSync(vsix)) throw new Error(`no ${vsix}: npm run package`);
  const tests = path.join(out, 'tests.vsix');
  execFileSync(
    path.join(here, '../node_modules/.bin/vsce'),
    ['package', '--skip-license', '--no-dependencies', '--out', tests],
    { cwd: path.join(here, 'api'), stdio: 'pipe' },
  );
  return [vsix, tests];
}

async function freePort() {
  return new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Workbench {
  /** Starts one with extensions (`.vsix`) and a copy of a folder. */
  static async start({ extensions, folder, settings = {}, env = {}, viewport = { width: 1280, height: 800 } }) {
    if (!existsSync(entry)) throw new Error(`no code-server in ${tools}: run editors/tools first`);
    const self = new Workbench();
    self.root = mkdtempSync(path.join(os.tmpdir(), 'efl-workbench-'));
    self.folder = path.join(self.root, 'workspace');
    const settingsPath = path.join(self.root, 'data/User/settings.json');
    mkdirSync(path.dirname(settingsPath), { recursive: true });
    cpSync(folder, self.folder, { recursive: true });
    writeFileSync(settingsPath, JSON.stringify({ ...SETTINGS, ...settings }));
    const options = ['--user-data-dir', path.join(self.root, 'data'), '--extensions-dir', path.join(self.root, 'extensions'),
      '--config', path.join(self.root, 'config.yaml')];
    for (const extension of extensions) {
      const { status, stderr, stdout } = spawnSync(process.execPath, [entry, ...options, '--install-extension', extension]);
      if (status !== 0) throw new Error(`${extension} is not installed: ${stdout}${stderr}`);
    }
    const port = await freePort();
    self.output = '';
    self.server = spawn(
      process.execPath,
      [entry, ...options, '--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry', '--disable-update-check',
        '--disable-workspace-trust', '--disable-getting-started-override'],
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, VSCODE_IPC_HOOK_CLI: undefined, ...env } },
    );
    self.server.stdout.on('data', data => (self.output += data));
    self.server.stderr.on('data', data => (self.output += data));
    try {
      for (let tries = 0; ; tries++) {
        try {
          if ((await fetch(`http://127.0.0.1:${port}/healthz`)).ok) break;
        } catch {
          // Not up yet.
        }
        if (tries > 300) throw new Error(`code-server does not start:\n${self.output}`);
        await sleep(100);
      }
      self.browser = await chromium.launch({
        executablePath: browserPath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
          '--disable-component-update', '--disable-sync', '--hide-scrollbars'],
      });
      const context = await self.browser.newContext({ viewport });
      self.page = await context.newPage();
      await self.page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(self.folder)}`, { waitUntil: 'domcontentloaded' });
      await self.page.waitForSelector('.monaco-workbench', { timeout: 60000 });
      return self;
    } catch (error) {
      await self.stop();
      throw error;
    }
  }

  /** Takes the light or the dark theme. */
  async theme(name) {
    await this.command(`EFL Tests: ${name}`);
    await this.page.waitForSelector(`.monaco-workbench.${name === 'Dark' ? 'vs-dark' : 'vs'}`);
    await sleep(800);
  }

  read(name) {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }

  write(name, text) {
    writeFileSync(path.join(this.folder, name), text);
  }

  /** Runs a command by its title in the palette. */
  async command(title) {
    const { page } = this;
    await page.keyboard.press('F1');
    const input = page.locator('.quick-input-widget input');
    await input.waitFor();
    await input.fill(`>${title}`);
    await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Opens a file, at a line. */
  async open(name, line) {
    const { page } = this;
    await page.keyboard.press('Control+P');
    const input = page.locator('.quick-input-widget input');
    await input.waitFor();
    await input.fill(line ? `${name}:${line}` : name);
    await page.locator('.quick-input-list .monaco-list-row', { hasText: name.split(':')[0] }).first().waitFor({ timeout: 30000 });
    await sleep(150);
    await page.keyboard.press('Enter');
    await page.locator('.tab', { hasText: name }).first().waitFor({ timeout: 30000 });
  }

  /** The frame that the graph is drawn in. */
  async graphFrame() {
    for (let tries = 0; tries < 300; tries++) {
      for (const frame of this.page.frames()) {
        if (await frame.locator('#graph').count().catch(() => 0)) return frame;
      }
      await sleep(100);
    }
    throw new Error('the graph has no frame');
  }

  async picture(file) {
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.mouse.move(5, 400);
    await sleep(300);
    await this.page.screenshot({ path: file });
  }

  async stop() {
    await this.browser?.close().catch(() => {});
    try {
      process.kill(-this.server.pid, 'SIGTERM');
    } catch {
      // It is gone already.
    }
    await sleep(300);
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
