#!/usr/bin/env node
// A made-up agent program, as strange to gt as any: it keeps conversations on its disk, refuses an id that it has, and one that it has not; calls hooks from a
// file of its own; takes its first prompt as its last word, and obeys the words in capitals that it finds there.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.env.TINKER_HOME;
mkdirSync(home, { recursive: true });
const words = process.argv.slice(2);
const after = (flag) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
const prompt = words.at(-1);
const id = after('--resume') ?? after('--id');
const file = join(home, `${id}.talk`);
const log = (what, more = {}) => appendFileSync(join(home, 'log.jsonl'), `${JSON.stringify({ what, id, ...more })}\n`);
const leave = (why, code) => {
  log('left', { why, code });
  process.stdout.write(`${why}\n`);
  process.exit(code);
};

log('began', { words });
if (after('--resume') && !existsSync(file)) leave(`No conversation found: ${id}`, 1);
if (after('--id') && existsSync(file)) leave(`${id} is already in use`, 1);
appendFileSync(file, `${prompt}\n`);

const hooks = existsSync(join(home, 'hooks.json')) ? JSON.parse(readFileSync(join(home, 'hooks.json'), 'utf8')) : {};
const hook = (name, told = {}) => {
  let code = 0;
  for (const command of hooks[name] ?? []) {
    const input = JSON.stringify({ session_id: id, hook_event_name: name, ...told });
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { input, encoding: 'utf8' });
    log('hook', { name, command, status, stdout, stderr });
    if (status === 2) code = 2;
  }
  return code;
};
const sh = (command) => {
  if (hook('PreToolUse', { tool_name: 'Shell', tool_input: { command } }) === 2) return log('refused', { command });
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  log('ran', { command, status, stdout, stderr });
};

hook('SessionStart', { source: after('--resume') ? 'resume' : 'startup' });
process.stdout.write('\x1b]0;tinker: ready\x07tinker> ');
hook('UserPromptSubmit', { prompt });
const told = readFileSync(file, 'utf8');
if (!after('--resume')) {
  if (told.includes('FORGET')) rmSync(file);
  if (told.includes('DIE')) leave('dying', 3);
}
if (told.includes('PUSH')) sh('git push origin HEAD:main');
const made = join(process.cwd(), `${process.env.GT_WORK_ITEM}.txt`);
writeFileSync(made, `made in ${id}\n`);
sh('git add -A && git commit -q -m "Tinker"');
sh('"$GT_BIN" done');
hook('SessionEnd', { reason: 'other' });
leave('finished', 0);
