import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureToken, makeDirectory } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import { type Host, HostGone } from '#world/pty/host';

const MAIN = fileURLToPath(new URL('../pty/main.js', import.meta.url));
const ANSWER_MS = 20_000;
/** How long a host that was told to stop may take, ms. */
const LEAVE_MS = 10_000;
const SAID = 2000;

/** A PTY host of our own: `stop` ends its sessions without grace, and itself. */
export type OwnHost = { readonly host: Host; readonly stop: () => Promise<void> };

/** Starts a PTY host in a folder, which nobody else knows. @throws Error with its own words when it does not start */
export async function startHost(folder: string, path: string): Promise<OwnHost> {
  if (!existsSync(MAIN)) throw new Error(`there is no PTY host at ${MAIN}: build gt first`);
  makeDirectory(folder);
  const socket = join(folder, 'host');
  const tokenFile = join(folder, 'token');
  const token = ensureToken(tokenFile);
  const words = [MAIN, '--socket', socket, '--token-file', tokenFile, '--state', join(folder, 'state'), '--build', 'doctor'];
  // A group of its own: Ctrl+C is for who called, who then ends it in order.
  const child = spawn(process.execPath, words, { env: { PATH: path }, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.on('data', (bytes) => {
    said = `${said}${bytes}`.slice(-SAID);
  });
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  );
  const stop = async (host?: Host) => {
    const late = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
    if (!host) child.kill('SIGKILL');
    await host?.stop({ graceMs: 0 }).catch(() => child.kill('SIGKILL'));
    await ended;
    clearTimeout(late);
    host?.close();
  };
  const early = ended.then(() =>
    Promise.reject(new HostGone(`The PTY host does not start: ${said.trim() || 'it says nothing'}.`)),
  );
  early.catch(() => undefined);
  try {
    const address = { path: socket, token, epoch: 1, build: 'doctor', waitMs: ANSWER_MS };
    const host = await Promise.race([connectHost(address), early]);
    return { host, stop: () => stop(host) };
  } catch (fault) {
    await stop();
    throw fault;
  }
}
