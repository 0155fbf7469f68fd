// node test/pictures.mjs: takes the pictures of the README and the guides, in images/; with NVIM and EFL also that of Neovim.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { extensions, sleep, Workbench } from './harness.mjs';

const examples = path.resolve(import.meta.dirname, '../../../examples');

/** A pipeline whose graph has 40 nodes. */
function grid() {
  const sources = ['north', 'east', 'south', 'west'].map((side, at) => `
  source ${side}: webhook {
    port: ${12000 + at}
    auth: secret("${side}", "token")
    event ${side}-load: { zone: string, load: number } { path: "/load" }
    event ${side}-fault: { zone: string } { path: "/fault" }
  }`);
  const functions = ['shed', 'restore', 'reroute', 'record', 'inform', 'dispatch'].map(name => `
  function ${name}(zone: string) { image: "registry.example/${name}:1.0" }`);
  const rules = ['north', 'east', 'south', 'west'].flatMap((side, at) => [
    `
  rule ${side}-overload on ${side}-load[load > ${70 + 5 * at}] { balance(zone: ${side}-load.zone) }`,
    `
  rule ${side}-outage on ${side}-load and ${side}-fault within 1m { repair(zone: ${side}-fault.zone) }`,
  ]);
  const clusters = ['plant-a', 'plant-b', 'plant-c', 'plant-d', 'plant-e', 'plant-f', 'plant-g', 'plant-h', 'plant-i', 'plant-j', 'centre'];
  const fleet = clusters.map((name, at) => `\n  cluster ${name} { gateway: "10.0.0.${at + 1}:31080" }`);
  return `fleet grid {
  domain: "fn.grid.example"
${fleet.join('')}
}

bus power: jetstream { url: "tls://nats.grid.example:4222" }

orchestrator grid-watch {
  namespace: "grid"
  engine: efl
  bus: power
${sources.join('\n')}
${functions.join('')}

  workflow balance(zone: string) {
    shed(zone: zone)
    reroute(zone: zone)
    record(zone: zone)
  }
  workflow repair(zone: string) {
    dispatch(zone: zone)
    inform(zone: zone)
    restore(zone: zone)
    record(zone: zone)
  }
${rules.join('')}

  placement { clusters: [${clusters.join(', ')}] }
}
`;
}

async function closeAll(workbench) {
  const { page } = workbench;
  await workbench.command('View: Close All Editors');
  const discard = page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
  for (let tries = 0; tries < 50 && (await page.locator('.tab').count()) > 0; tries++) {
    if (await discard.count()) await discard.first().click();
    await sleep(50);
  }
}

async function drawn(workbench, text) {
  const frame = await workbench.graphFrame();
  await frame.locator('.node .name', { hasText: text }).first().waitFor();
  await sleep(400);
  return frame;
}

const folder = path.resolve(import.meta.dirname, '../images');
const files = mkdtempSync(path.join(os.tmpdir(), 'efl-pictures-'));
cpSync(path.join(examples, 'smart-city'), files, { recursive: true });
writeFileSync(path.join(files, 'grid.efl'), grid());
const workbench = await Workbench.start({ extensions: extensions(files), folder: files, viewport: { width: 1360, height: 800 } });
const { page } = workbench;
const picture = name => workbench.picture(path.join(folder, `${name}.png`));
try {
  await workbench.command('View: Toggle Primary Side Bar Visibility');
  await workbench.open('crossing.efl', '49:12');
  await workbench.command('EFL: Show Graph');
  await drawn(workbench, 'protect');
  await picture('graph-light');
  await workbench.theme('Dark');
  await picture('graph-dark');

  await closeAll(workbench);
  await workbench.open('grid.efl', '20:3');
  await workbench.command('EFL: Show Graph');
  const frame = await drawn(workbench, 'balance');
  console.log(`the large graph has ${await frame.locator('.node').count()} nodes`);
  await page.locator('.tab', { hasText: 'Graph: grid.efl' }).click();
  await workbench.command('View: Maximize Editor Group');
  await sleep(500);
  await frame.locator('#fit').click();
  await frame.locator('.node.rule').nth(1).hover();
  await page.screenshot({ path: path.join(folder, 'graph-large-dark.png') });
  await workbench.theme('Light');
  await picture('graph-large-light');

  await closeAll(workbench);
  await workbench.open('crossing.efl', '40:10');
  await workbench.command('EFL: Show Compiled YAML');
  await page.locator('.view-line', { hasText: 'apiVersion' }).first().waitFor();
  await workbench.open('crossing.efl', '66:6');
  await sleep(600);
  await picture('yaml');

  await closeAll(workbench);
  await workbench.open('crossing.efl', '70:34');
  await page.keyboard.press('Control+Shift+M');
  await workbench.open('crossing.efl', '70:33');
  await page.keyboard.press('Backspace');
  await page.waitForSelector('.squiggly-error', { state: 'attached' });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row').first().waitFor();
  await picture('mistake');

  // Neovim, in the terminal: NVIM and EFL are the programs.
  if (process.env.NVIM) {
    await closeAll(workbench);
    await workbench.theme('Dark');
    await workbench.command('Terminal: Create New Terminal');
    await workbench.command('View: Toggle Maximized Panel');
    await page.locator('.terminal-wrapper.active').waitFor();
    await sleep(1000);
    const plugin = path.resolve(import.meta.dirname, '../../neovim');
    const type = async (keys, pause = 400) => {
      await page.keyboard.type(keys, { delay: 5 });
      await page.keyboard.press('Enter');
      await sleep(pause);
    };
    await type(
      `XDG_DATA_HOME=${files}/.data ${process.env.NVIM} --clean --cmd "set rtp^=${plugin}" --cmd "let g:efl={'cmd':'${process.env.EFL}'}" +EflParser crossing.efl`,
      2500,
    );
    await type(':set number nowrap laststatus=0 noruler shortmess+=F | lua vim.diagnostic.config({ virtual_lines = true })');
    await type(':edit', 1500);
    await type(':EflGraph', 1500);
    await type(':vertical resize 86');
    await type('/speed > 50', 100);
    await page.keyboard.type('zzllx', { delay: 20 });
    await type(':nohlsearch');
    await sleep(2000);
    await page.locator('.terminal-wrapper.active').screenshot({ path: path.join(plugin, 'images/neovim.png') });
    await type(':qa!');
  }
} finally {
  await workbench.stop();
  rmSync(files, { recursive: true, force: true });
}
