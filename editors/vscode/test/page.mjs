// What a person does, with keys and the mouse.
import assert from 'node:assert';
import { readdirSync, readlinkSync } from 'node:fs';
import { sleep } from './harness.mjs';

const LIMIT = Number(process.env.EFL_LIMIT ?? 15000);
const tests = [];
export const pageTests = tests;
const test = (name, run) => tests.push([name, run]);

/** Closes everything without saving, and opens the pipeline. */
async function fresh(workbench) {
  const { page } = workbench;
  page.setDefaultTimeout(LIMIT);
  await page.keyboard.press('Escape');
  await workbench.command('View: Close All Editors');
  const discard = page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
  for (let tries = 0; tries < 50 && (await page.locator('.tab').count()) > 0; tries++) {
    if (await discard.count()) await discard.first().click();
    await sleep(50);
  }
  if (await page.locator('.part.panel:visible').count()) await page.keyboard.press('Control+J');
  await workbench.open('main.efl', '1:1');
  await page.locator('.statusbar-item', { hasText: 'EFL' }).first().waitFor();
  await page.locator('.view-line', { hasText: 'import' }).first().waitFor();
}

/** Puts the cursor at the first place of a text in the file as it is on disk, some columns behind its beginning. */
async function goTo(workbench, text, columns = 0, name = 'main.efl') {
  const content = workbench.read(name);
  const offset = content.indexOf(text);
  assert.ok(offset >= 0, `no such text: ${text}`);
  const lines = content.slice(0, offset).split('\n');
  await workbench.open(name, `${lines.length}:${lines.at(-1).length + 1 + columns}`);
}

const noSquiggle = page => page.waitForFunction(() => !document.querySelector('.squiggly-error'), null, { timeout: LIMIT });

test('a squiggle appears under a mistake, and a quick fix takes it away', async workbench => {
  await fresh(workbench);
  const { page } = workbench;
  await goTo(workbench, 'speed > 50', 5);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('d');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.squiggly-error', { state: 'attached', timeout: LIMIT });
  await page.keyboard.press('Control+Shift+M');
  await page.locator('.markers-panel .monaco-list-row', { hasText: 'E0304' }).first().waitFor({ timeout: LIMIT });
  await goTo(workbench, 'speed > 50', 2);
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'speed' }).first().click();
  await noSquiggle(page);
});

test('a completion is accepted', async workbench => {
  await fresh(workbench);
  const { page } = workbench;
  await goTo(workbench, 'vehicle[speed > 50] {', 21);
  // An Enter that comes before the dialog has gone is the dialog's.
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden', timeout: LIMIT });
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await page.keyboard.type('fin', { delay: 40 });
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'fine' }).first().waitFor({ timeout: LIMIT });
  await page.keyboard.press('Enter');
  // The one that was there, and the new one.
  await page.waitForFunction(
    () => [...document.querySelectorAll('.view-line')].filter(line => /^\s*fine\b/.test(line.textContent)).length === 2,
    null,
    { timeout: LIMIT },
  );
});

test('hover shows the documentation', async workbench => {
  await fresh(workbench);
  const { page } = workbench;
  await page.locator('.view-line', { hasText: 'fine(plate: vehicle' }).first().locator('span span').nth(1).hover();
  await page.locator('.monaco-hover:not(.hidden)', { hasText: 'Writes a fine.' }).first().waitFor({ timeout: LIMIT });
});

test('F2 renames in every file', async workbench => {
  await fresh(workbench);
  const { page } = workbench;
  await goTo(workbench, 'event vehicle: Veh', 17);
  await page.keyboard.press('F2');
  const input = page.locator('.rename-box input.rename-input');
  await input.waitFor({ timeout: LIMIT });
  await input.fill('Car');
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: 'import { Car } from' }).first().waitFor({ timeout: LIMIT });
  await workbench.open('types.efl');
  await page.locator('.view-line', { hasText: 'type Car =' }).first().waitFor({ timeout: LIMIT });
  await page.keyboard.press('Control+Z');
  const dialog = page.locator('.monaco-dialog-box .monaco-button', { hasText: /Undo/ });
  await dialog.first().click({ timeout: 3000 }).catch(() => {});
});

test('the graph: a click goes to the source, typing redraws and never blanks', async workbench => {
  await fresh(workbench);
  const { page } = workbench;
  await workbench.command('EFL: Show Graph');
  const frame = await workbench.graphFrame();
  await frame.locator('.node.rule .name', { hasText: 'too-fast' }).waitFor({ timeout: LIMIT });
  // A click.
  await frame.locator('.node.function').first().click();
  await page.locator('.statusbar-item', { hasText: /Ln 14/ }).first().waitFor({ timeout: LIMIT });
  await frame.locator('.node.function.selected').waitFor({ timeout: LIMIT });
  // Redrawn while typing: in no frame of the animation there is nothing.
  await frame.evaluate(() => {
    window.blank = window.redrawn = 0;
    const view = document.getElementById('graph');
    new MutationObserver(() => window.redrawn++).observe(view, { childList: true });
    (function look() {
      if (!view.querySelector('svg .node')) window.blank++;
      requestAnimationFrame(look);
    })();
  });
  await goTo(workbench, 'rule too-fast', 13);
  await page.keyboard.type('-in-town', { delay: 60 });
  await frame.locator('.node.rule .name', { hasText: 'too-fast-in-town' }).waitFor({ timeout: LIMIT });
  const { blank, redrawn } = await frame.evaluate(() => ({ blank: window.blank, redrawn: window.redrawn }));
  assert.equal(blank, 0, 'the graph was blank for a moment');
  assert.ok(redrawn > 0);
  // While the source is broken the last one stays.
  await goTo(workbench, 'orchestrator traffic {', 22);
  await page.keyboard.type('{{');
  await page.waitForSelector('.squiggly-error', { state: 'attached', timeout: LIMIT });
  await sleep(400);
  assert.ok(await frame.locator('.node').count() > 0, 'nothing is drawn');
});

test('the YAML beside the source marks what the line becomes', async workbench => {
  await fresh(workbench);
  const { page } = workbench;
  await workbench.command('EFL: Show Compiled YAML');
  await page.locator('.view-line', { hasText: 'apiVersion' }).first().waitFor({ timeout: LIMIT });
  await goTo(workbench, 'port: 12000');
  // A whole line has a decoration of its own in each of the two editors.
  await page.waitForFunction(
    () => [...document.querySelectorAll('.editor-group-container')].filter(g => g.querySelector('.view-overlays .cdr.ced-1-TextEditorDecorationType1, .view-overlays [class*="TextEditorDecorationType"]')).length === 2,
    null,
    { timeout: LIMIT },
  );
});

/** Processes of the server that came with the extension. */
function servers({ root }) {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return readlinkSync(`/proc/${pid}/exe`).startsWith(root);
      } catch {
        return false; // gone, or not ours
      }
    })
    .map(Number);
}

test('a server that stops again and again is left alone, and a person starts it again', async workbench => {
  await fresh(workbench);
  const { page } = workbench;
  const message = page.locator('.notification-list-item', { hasText: 'stopped 5 times' });
  for (let kills = 0; kills < 6 && (await message.count()) === 0; kills++) {
    for (let tries = 0; servers(workbench).length === 0 && tries < 100 && (await message.count()) === 0; tries++) await sleep(50);
    for (const pid of servers(workbench)) process.kill(pid, 'SIGKILL');
    await sleep(400);
  }
  await message.waitFor();
  await page.locator('#efl\\.efl\\.server.has-background-color, .statusbar-item.has-background-color', { hasText: 'EFL' }).first().waitFor();
  await message.locator('.monaco-button', { hasText: 'Restart' }).click();
  await page.locator('.statusbar-item:not(.has-background-color)', { hasText: 'EFL' }).nth(1).waitFor();
  assert.equal(servers(workbench).length, 1);
});
