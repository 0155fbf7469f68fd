// npm run package: the extension with the server for this platform, as efl-PLATFORM.vsix.
// EFL_BIN=path takes a server that is built already.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const here = resolve(import.meta.dirname, '..');
const root = resolve(here, '../..');
const run = (command, args, cwd = here) => execFileSync(command, args, { cwd, stdio: 'inherit' });
const bin = name => join(here, 'node_modules', '.bin', name);

const platform = `${process.platform}-${process.arch}`;
const name = process.platform === 'win32' ? 'efl.exe' : 'efl';
let server = process.env.EFL_BIN;
if (!server) {
  run('cargo', ['build', '--profile', 'dist', '--locked', '--package', 'efl-cli'], root);
  server = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'dist', name);
}
rmSync(join(here, 'server'), { recursive: true, force: true });
mkdirSync(join(here, 'server'));
copyFileSync(server, join(here, 'server', name));
chmodSync(join(here, 'server', name), 0o755);
copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));

run(bin('tsc'), ['--noEmit']);
run(process.execPath, ['scripts/build.mjs']);
run(bin('vsce'), ['package', '--target', platform, '--no-dependencies', '--out', `efl-${platform}.vsix`]);
