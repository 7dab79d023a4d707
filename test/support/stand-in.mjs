// Stands in for the worker or the PTY host of a town: `node stand-in.mjs <root> worker|host`. What it does wrong is said by files beside its socket:
// `<name>.crash` makes it exit with 3 at once, `<name>.mute` lets it accept and never answer, `<name>.stubborn` lets it ignore TERM.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const [root, name] = process.argv.slice(2);
const socket = readFileSync(join(root, '.runtime', name), 'utf8').trim();
const told = (what) => existsSync(join(root, `${name}.${what}`));

if (told('crash')) {
  process.stderr.write(`${name}: the cupboard is bare\n`);
  process.exit(3);
}
process.on('SIGTERM', () => {
  if (!told('stubborn')) process.exit(0);
});
rmSync(socket, { force: true });
createServer((client) => {
  client.on('error', () => {});
  client.on('data', () => {
    if (name === 'worker' && !told('mute')) client.write(`${JSON.stringify({ ok: true, pid: process.pid })}\n`);
  });
}).listen(socket);
