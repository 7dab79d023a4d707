// A small agent program with a terminal: `node small-tui.mjs <folder> [hooks]`. Takes pastes and Enter, works while it is told to (`WAIT:<name>` in a prompt
// waits for the file <name>), calls gt's hooks when it has some, and writes down what reached it, a JSON line each, in <folder>/log.

import { execFile } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const [folder, hooks] = process.argv.slice(2);
const note = (is, more) => appendFileSync(join(folder, 'log'), `${JSON.stringify({ is, ...more })}\n`);
const state = { draft: '', busy: '', queue: [], history: [] };

const gt = (words, said) =>
  new Promise((resolve) => {
    const env = { ...process.env, GT_HOOK_FORM: 'text', GT_STOP_BLOCKS: '1' };
    const child = execFile(process.env.GT_BIN, words, { env }, (fault, out) => {
      if (fault) note('fault', { words, code: fault.code });
      resolve(out);
    });
    child.stdin.end(said === undefined ? '' : JSON.stringify(said));
  });

function draw() {
  const rows = [
    ...state.history.slice(-5),
    '',
    `> ${state.draft.replaceAll('\n', ' ')}`,
    '',
    state.busy ? 'esc to interrupt' : 'ready',
  ];
  process.stdout.write(`\x1b[?2026h\x1b[2J\x1b[H${rows.join('\r\n')}\x1b[2A\r\x1b[${2 + state.draft.length}C\x1b[?2026l`);
}

async function context(event, more) {
  const out = await gt(['mail', 'check', '--inject'], { hook_event_name: event, ...more });
  if (out) note('context', { event, text: out });
}

async function turn(text) {
  note('submit', { text });
  state.history.push(text.slice(0, 60));
  state.busy = text;
  draw();
  if (hooks) await context('UserPromptSubmit', { prompt: text });
  const gate = /WAIT:(\S+)/.exec(text)?.[1];
  while (gate && !existsSync(join(folder, gate))) await new Promise((resolve) => setTimeout(resolve, 20));
  if (hooks && gate) await context('PostToolUse', { tool_name: 'Bash' });
  for (let goesOn = false; hooks; goesOn = true) {
    const out = await gt(['signal', 'stop'], { hook_event_name: 'Stop', stop_hook_active: goesOn });
    if (!out) break;
    note('stop', { reason: JSON.parse(out).reason });
  }
  state.busy = '';
  draw();
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
      if (text) running = running.then(() => turn(text));
    } else if (part >= ' ' || part === '\n') state.draft += part;
  }
  draw();
}

process.stdin.setRawMode(true);
process.stdin.setEncoding('utf8');
process.stdin.on('data', take);
process.stdout.write('\x1b[?2004h');
await gt(['hook']);
if (hooks) await context('SessionStart', { source: 'startup' });
note('ready', {});
draw();
