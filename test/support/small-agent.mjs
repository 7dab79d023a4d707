// A small agent program with a terminal: `node small-agent.mjs <folder> plain|hooked|typed`. Takes pastes and Enter, and works while it is told to: `WAIT:<name>`
// in a prompt waits for the file <name> and uses a tool then, `THINK:<name>` uses none. Calls gt's hooks when it has some, and writes down what reached it, a
// JSON line each, in <folder>/log, also that it waits for a file (its prompt's hook is over then) and that it is at rest again (so is that of its stop). Of one
// that is typed to, the first call of gt comes with its first prompt.

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const [folder, kind] = process.argv.slice(2);
const hooks = kind === 'hooked';
const note = (is, more) => appendFileSync(join(folder, 'log'), `${JSON.stringify({ is, ...more })}\n`);
const state = { draft: '', turns: 0, history: [] };

/** Calls gt. A hook that gave up because the machine is slow (2 s) is called again: what a test sees must not depend on that. */
async function gt(words, said) {
  for (let tries = 1; ; tries++) {
    const begun = performance.now();
    const out = await call(words, said);
    if (out || tries === 10 || performance.now() - begun < 2000) return out;
  }
}

const call = (words, said) =>
  new Promise((resolve) => {
    const child = spawn(process.env.GT_BIN, words, { stdio: ['pipe', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => {
      if (code !== 0) note('fault', { words, code });
      resolve(out);
    });
    child.stdin.end(said === undefined ? '' : JSON.stringify(said));
  });

function draw() {
  const draft = `> ${state.draft.replaceAll('\n', ' ')}`;
  const rows = [...state.history.slice(-5), '', draft, '', state.turns > 0 ? 'esc to interrupt' : 'ready'];
  const cursor = `\x1b[2A\r\x1b[${draft.length}C`;
  process.stdout.write(`\x1b[?2026h\x1b[2J\x1b[H${rows.join('\r\n')}${cursor}\x1b[?2026l`);
}

async function context(event, more) {
  const out = await gt(['mail', 'check', '--inject'], { hook_event_name: event, ...more });
  if (out) note('context', { event, text: out });
}

let heard = kind !== 'typed';
async function turn(text) {
  state.history.push(text.slice(0, 60));
  draw();
  if (!heard) await gt(['hook']);
  heard = true;
  if (hooks) await context('UserPromptSubmit', { prompt: text });
  const [, how, gate] = /(WAIT|THINK):(\S+)/.exec(text) ?? [];
  if (gate) note('waits', { text: gate });
  while (gate && !existsSync(join(folder, gate))) await new Promise((resolve) => setTimeout(resolve, 20));
  if (hooks && how === 'WAIT') await context('PostToolUse', { tool_name: 'Bash' });
  for (let goesOn = false; hooks; goesOn = true) {
    const out = await gt(['signal', 'stop'], { hook_event_name: 'Stop', stop_hook_active: goesOn });
    if (!out) break;
    note('stop', { reason: JSON.parse(out).reason });
  }
  state.turns--;
  draw();
  note('rests', {});
}

/** Sent: noted, and to be seen in the same frame as the empty input. */
function submit(text) {
  note('submit', { text });
  state.turns++;
  running = running.then(() => turn(text));
}

let running = Promise.resolve();
let pasting = false;
function take(bytes) {
  for (const [part] of bytes.matchAll(/\x1b\[20[01]~|[\s\S]/g)) {
    if (part === '\x1b[200~') pasting = true;
    else if (part === '\x1b[201~') pasting = false;
    else if (part === '\r' && !pasting) {
      const text = state.draft;
      state.draft = '';
      if (text) submit(text);
    } else if (part >= ' ' || part === '\n') state.draft += part;
  }
  draw();
}

process.stdin.setRawMode(true);
process.stdin.setEncoding('utf8');
process.stdin.on('data', take);
process.stdout.write('\x1b[?2004h');
if (heard) await gt(['hook']);
if (hooks) await context('SessionStart', { source: 'startup' });
note('ready', {});
draw();
