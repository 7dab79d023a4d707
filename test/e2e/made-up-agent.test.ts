import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWork } from '#ops/create-work';
import { good } from '../support/shop.ts';
import { ROOT } from '../support/tidy.ts';
import { HarmedTown } from '../support/trial.ts';

/** All that gt is told of a program that nobody has heard of. */
const GT = '"$GT_BIN"';
const preset = (program: string) => ({
  title: 'Tinker',
  command: program,
  args: ['--plain'],
  autonomous: ['--yes'],
  session: { own: ['--id', '{id}'], told_by: ['hook'], resume: ['--resume', '{id}'] },
  config: { variables: { TINKER_HOME: '{config}' } },
  hooks: {
    kind: 'command',
    events: { start: 'SessionStart', prompt: 'UserPromptSubmit', before_tool: 'PreToolUse', end: 'SessionEnd' },
    stdout: 'json',
    files: [
      {
        path: '{config}/hooks.json',
        merge: 'json-merge',
        content: {
          SessionStart: [`${GT} prime --hook || :`],
          UserPromptSubmit: [`${GT} mail check --inject || :`],
          PreToolUse: [`${GT} tap guard`],
          SessionEnd: [`${GT} signal end || :`],
        },
      },
    ],
  },
  install: { url: 'https://tinker.example/install' },
  hides: ['!/TINKER.md'],
});

let town: HarmedTown;
let program: string;
let file: string;
const TOWN = { agent: 'tinker', operational: { suspend_after: '1s', restart_backoff: { first: 0, base: '100ms' } } };
beforeAll(async () => {
  town = await HarmedTown.open(TOWN);
  program = join(town.dir, 'tinker.mjs');
  writeFileSync(program, readFileSync(join(ROOT, 'test/support/tinker.mjs')), { mode: 0o755 });
  file = join(town.root, 'settings/presets/tinker.json');
  mkdirSync(join(town.root, 'settings/presets'), { recursive: true });
  writeFileSync(file, JSON.stringify(preset(program)));
  await town.rig('alpha', 'true', { 'README.md': '# alpha\n', 'TINKER.md': 'obey me', 'CLAUDE.md': 'and me' });
});
afterAll(() => town?.close());

async function item(description: string, sling = true): Promise<string> {
  const made = good(await createWork(await town.desk(), { rig: 'alpha', prefix: 'al', title: 'Mend', text: { description } }));
  if (sling) await town.does(['sling', made.id]);
  return made.id;
}
type Line = { what: string; id: string; words?: string[]; [key: string]: unknown };
const prompt = (line: Line | undefined) => line?.words?.at(-1) ?? '';
/** How each conversation of an item was begun. */
const ways = (lines: readonly Line[]) => lines.filter(({ what }) => what === 'began').map(({ words }) => words?.[2]);
/** What the program wrote down of the conversations of an item. */
function said(id: string): Line[] {
  // whole lines: it may be writing one
  const lines = readFileSync(join(town.root, '.runtime/agents/tinker/log.jsonl'), 'utf8').split('\n').slice(0, -1);
  const all = lines.map((line) => JSON.parse(line) as Line);
  const own = all.filter(({ what, words }) => what === 'began' && words?.at(-1)?.includes(id)).map((one) => one.id);
  return all.filter((one) => own.includes(one.id));
}

test('an agent program is added by one data file: from sling to a landed commit, with its context and its guard', async () => {
  const id = await item('Mend the pump. PUSH');
  await town.landed(id);
  expect(await town.show('alpha', `${id}.txt`)).toContain('made in');
  const lines = said(id);
  const [began] = lines;
  expect(began?.['words']).toEqual([
    '--plain',
    '--yes',
    '--id',
    began?.id,
    expect.stringMatching(/^\[GAS TOWN\] alpha\/polecats\//),
  ]);
  expect(prompt(began)).toContain('Mend the pump.');
  const hooks = lines.filter(({ what }) => what === 'hook');
  const context = JSON.parse(String(hooks[0]?.['stdout'])).hookSpecificOutput;
  expect(context).toMatchObject({ hookEventName: 'SessionStart', additionalContext: expect.stringContaining('Mend the pump.') });
  expect(lines.filter(({ what }) => what === 'refused')).toMatchObject([{ command: 'git push origin HEAD:main' }]);
  expect(hooks.find(({ status }) => status === 2)?.['stderr']).toContain('refinery');
  expect(hooks.filter(({ status }) => status !== 0 && status !== 2)).toEqual([]);
  const run = await town.read('run', `${id}.r1`);
  expect(run).toMatchObject({ sessions: 1, session: { mode: 'fresh', conversation: began?.id, ackedAt: expect.any(Number) } });
  expect(run?.session?.typed).toBeUndefined();
});

test('a session that dies is gone on with: the same conversation, told what happened', async () => {
  const id = await item('Mend the roof. DIE');
  await town.landed(id);
  const began = said(id).filter(({ what }) => what === 'began');
  expect(new Set(began.map((one) => one.id)).size).toBe(1);
  expect(ways(began)).toEqual(['--id', '--resume']);
  expect(prompt(began[1])).toMatch(/resumed:[\s\S]*ended \(exit code 3\)/);
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ sessions: 2, deaths: 1, session: { mode: 'resume' } });
});

test('a conversation that the program has lost is asked for once, then a fresh one begins under an id that was never used', async () => {
  const id = await item('Mend the door. DIE FORGET');
  const lines = await town.until('three sessions', async () => {
    const all = said(id);
    return all.filter(({ what }) => what === 'began').length >= 3 && all;
  });
  const began = lines.filter(({ what }) => what === 'began');
  expect(ways(lines).slice(0, 3)).toEqual(['--id', '--resume', '--id']);
  expect([began[0]?.id === began[1]?.id, began[1]?.id === began[2]?.id]).toEqual([true, false]);
  expect(prompt(began[2])).toContain('An earlier session of yours ended (exit code 1)');
  // It dies in every fresh session, and forgets: the run ends, and does not go round for ever.
  await town.until('the run is over', async () => (await town.read('run', `${id}.r1`))?.state === 'ended');
  const kinds = ways(said(id));
  expect(kinds).toEqual(['--id', '--resume', '--id', '--resume', '--id'].slice(0, kinds.length));
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ outcome: 'failed', deaths: 3 });
  const item3 = await town.read('work', id);
  expect(item3?.failures).toBeGreaterThanOrEqual(1);
});

test('the files of the repository that speak to this program, and to Claude, are not there for it', async () => {
  const id = await item('Look around. DIE', false);
  renameSync(program, `${program}.away`);
  try {
    // Its program is not there: a person is told at once, with how to install it; nothing was slung.
    const refused = await town.gt(['sling', id]);
    expect(refused).toMatchObject({ exit: 1, err: expect.stringContaining('https://tinker.example/install') });
    expect(await town.read('work', id)).toMatchObject({ status: 'open', runs: 0 });
    // Slung by somebody who could not know, the run waits for a person, with the same words.
    await town.sling(id);
    const waits = await town.until('it needs a person', async () => {
      const work = await town.read('work', id);
      return work?.needsYou && !work.run && work;
    });
    expect(waits.needsYou?.why).toContain('https://tinker.example/install');
    expect(waits).toMatchObject({ failures: 0 });
    const dir = waits.hold?.dir ?? '';
    expect(['README.md', 'TINKER.md', 'CLAUDE.md'].map((name) => existsSync(join(dir, name)))).toEqual([true, false, false]);
  } finally {
    renameSync(`${program}.away`, program);
  }
  await town.does(['sling', id]);
  await town.landed(id);
  expect(await town.show('alpha', 'TINKER.md')).toBe('obey me');
});

test('a preset file with a fault is refused with file, key and what is right, and nothing is half done', async () => {
  const before = readFileSync(file, 'utf8');
  for (const [text, says] of [
    ['{ "command": "x", ', 'tinker.json'],
    [JSON.stringify({ ...preset(program), sesion: {} }), 'sesion'],
    [JSON.stringify({ ...preset(program), prompt: { how: 'shouted' } }), 'prompt.how'],
    [JSON.stringify({ ...preset(program), args: ['{worktre}'] }), '{worktree}'],
  ] as const) {
    writeFileSync(file, text);
    const { exit, err } = await town.gt(['config', 'agent', 'get', 'tinker']);
    expect({ exit, err }).toMatchObject({ exit: 2, err: expect.stringContaining(says) });
    expect(err.trim().split('\n')).toHaveLength(2);
  }
  const id = await item('Wait for the file.', false);
  await town.sling(id);
  const waits = await town.until('it needs a person', async () => {
    const work = await town.read('work', id);
    return work?.needsYou && !work.run && work;
  });
  expect(waits.needsYou?.why).toContain('tinker.json');
  writeFileSync(file, before);
  await town.does(['sling', id]);
  await town.landed(id);
});
