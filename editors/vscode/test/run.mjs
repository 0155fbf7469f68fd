// node test/run.mjs: the packaged extension in a real workbench, through the API and through the page.
// EFL_ONLY=text runs the tests with the text in their names. EFL_VSIX=path is the package; without it the one that `npm run package` wrote.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { extensions, sleep, Workbench } from './harness.mjs';
import { pageTests } from './page.mjs';

const here = import.meta.dirname;
const out = path.join(here, 'out');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const began = performance.now();
const failed = [];
const report = (name, problem, ms) => {
  console.log(`${problem ? 'FAIL' : 'ok  '} ${name} (${(ms / 1000).toFixed(1)} s)`);
  if (problem) {
    console.log(problem);
    failed.push(name);
  }
};

const result = path.join(out, 'api.json');
const workbench = await Workbench.start({
  extensions: extensions(out),
  folder: path.join(here, 'workspace'),
  env: { EFL_API_RESULT: result },
});
try {
  for (let tries = 0; !existsSync(result); tries++) {
    if (tries > 1500) throw new Error('the tests in the extension host did not end');
    // Whether imports are to follow a file that is renamed.
    const ok = workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: /^OK$/ });
    if (await ok.count()) await ok.first().click();
    await sleep(100);
  }
  const { version, results } = JSON.parse(readFileSync(result, 'utf8'));
  console.log(`VS Code ${version} (code-server), through the API:`);
  for (const { name, problem, ms } of results) report(name, problem, ms);

  console.log('through the page:');
  for (const [name, run] of pageTests.filter(([name]) => name.includes(process.env.EFL_ONLY ?? ''))) {
    const start = performance.now();
    try {
      await run(workbench);
      report(name, undefined, performance.now() - start);
    } catch (error) {
      await workbench.page.screenshot({ path: path.join(out, `${name.replace(/\W+/g, '-')}.png`) });
      report(name, error.stack, performance.now() - start);
    }
  }
} catch (error) {
  await workbench.page.screenshot({ path: path.join(out, 'failed.png') });
  report('the run', `${error.stack}\n${workbench.output.slice(-3000)}`, performance.now() - began);
} finally {
  await workbench.stop();
}
console.log(`${failed.length === 0 ? 'all passed' : `${failed.length} failed`} in ${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exit(failed.length === 0 ? 0 : 1);
