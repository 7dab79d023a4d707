import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { AgentTrial } from '../support/agent-trial.ts';
import { noted } from '../support/stand-in-program.ts';

let trial: AgentTrial;
beforeAll(async () => {
  trial = await AgentTrial.open();
});
afterEach(() => expect(trial.left()).toEqual([]));
afterAll(() => trial?.close());

/** Codex knows a trusted directory by a word that the stand-in takes for another's. */
const quietly = { start: { dialogs: [] } };

test.each(['claude', 'codex'])('%s as its preset says: every look is well, and its hooks are what gt goes by', async (like) => {
  trial.install(like, quietly);
  const { exit, report, not, look } = await trial.try(like);
  expect(not('ok')).toEqual([]);
  expect({ exit, usable: report.usable, uses: report.uses }).toEqual({ exit: 0, usable: true, uses: 'hooks' });
  expect(look('nudge').seen).toContain('by its hook');
  expect(report.beyond).toEqual([]);
  expect(report.program).toBe(join(trial.dir, 'bin', like));
});

test('an agent whose hooks do not call gt is known by its screen alone, and that is said', async () => {
  trial.install('pi', quietly);
  const { exit, report, look, not } = await trial.try('pi');
  expect(look('hooks')).toMatchObject({ result: 'weaker', key: 'hooks', seen: expect.stringContaining('by its screen only') });
  expect(look('nudge').seen).toContain('known by the screen');
  expect(not('ok', 'weaker')).toEqual([]);
  expect({ exit, uses: report.uses }).toEqual({ exit: 0, uses: 'screen' });
});

test('a ready sign that never shows is named by its key, and the agent is used without it', async () => {
  trial.install('claude', quietly);
  const town = join(trial.dir, 'town');
  expect((await trial.gt(['install', town, '--name', 'trial'])).exit).toBe(0);
  const file = join(town, 'settings/presets/claude.json');
  mkdirSync(join(town, 'settings/presets'), { recursive: true });
  writeFileSync(file, JSON.stringify({ screen: { ready: [{ where: 'footer', match: 'a sign of another version' }] } }));
  const { exit, report, look, not } = await trial.try('claude', ['--wait', '12s'], town);
  expect(look('ready')).toMatchObject({ result: 'weaker', key: 'screen.ready' });
  expect(look('nudge').result).toBe('ok');
  expect(not('ok')).toHaveLength(1);
  expect({ exit, usable: report.usable }).toEqual({ exit: 0, usable: true });
});

test('a dialog of the first run is named, and nothing is typed into it', async () => {
  trial.install('claude', { start: { dialogs: ['trust'] } });
  const { exit, report, look } = await trial.try('claude');
  expect(look('start')).toMatchObject({ result: 'failed', key: 'files', seen: expect.stringContaining('`trust`') });
  expect(report.looks.slice(1).every(({ result }) => result === 'untried')).toBe(true);
  expect({ exit, usable: report.usable, uses: report.uses }).toEqual({ exit: 1, usable: false, uses: null });
});

test('a dialog that no preset knows is told by its row', async () => {
  const options = ['1. Yes', '2. No'].map((text) => ({ text, does: 'accepts' as const }));
  const strange = { name: 'strange', rows: ['Shall this program phone home?'], options };
  trial.install('claude', { start: { dialogs: [strange] } });
  const { exit, look } = await trial.try('claude');
  expect({ exit, result: look('start').result }).toEqual({ exit: 1, result: 'failed' });
  expect(look('start').seen).toContain('its preset does not know: ❯ 1. Yes');
});

test('a program that ends at once is told with its code', async () => {
  trial.install('claude', { start: { refuses: { says: 'Unable to connect', code: 7 } } });
  const { exit, look } = await trial.try('claude');
  expect({ exit, ...look('start') }).toMatchObject({ exit: 1, result: 'failed', seen: 'the program ended (code 7)' });
});

test('a word that does not end it, another answer to TERM and a screen that is never busy are each named by their key', async () => {
  trial.install('claude', { ...quietly, ends: { term: { code: 3 } } });
  const town = join(trial.dir, 'other');
  await trial.gt(['install', town, '--name', 'other']);
  mkdirSync(join(town, 'settings/presets'), { recursive: true });
  const busy = [{ where: 'title', match: 'a sign of another version' }];
  writeFileSync(join(town, 'settings/presets/claude.json'), JSON.stringify({ screen: { busy }, quit: { words: '/leave' } }));
  const { exit, report, look } = await trial.try('claude', ['--wait', '20s'], town);
  expect(look('busy')).toMatchObject({ result: 'weaker', key: 'screen.busy' });
  expect(look('exit')).toMatchObject({ result: 'weaker', key: 'quit.words' });
  expect(look('term')).toMatchObject({ result: 'weaker', key: 'quit.term', seen: expect.stringContaining('code 3') });
  expect({ exit, usable: report.usable }).toEqual({ exit: 0, usable: true });
});

test('an agent whose model cannot be played is only started and ended, which is said', async () => {
  trial.install('amp', { model: false });
  const { exit, report, look } = await trial.try('amp', ['--wait', '3s']);
  expect(look('start').result).toBe('ok');
  expect(look('term').result).toBe('ok');
  expect(look('nudge').result).toBe('untried');
  expect(report.untried).toContain('`loopback`');
  expect({ exit, uses: report.uses }).toEqual({ exit: 0, uses: null });
});

test('a program that is missing is refused with how to install it', async () => {
  const { exit, err } = await trial.gt(['doctor', '--agent', 'qwen']);
  expect(exit).toBe(1);
  expect(err).toContain('npm install -g @qwen-code/qwen-code');
});

test('an agent that nobody knows is answered with the nearest, and the shell has nothing to try', async () => {
  const { exit, err } = await trial.gt(['doctor', '--agent', 'cluade']);
  expect({ exit, err: err.includes('`claude`') || err.includes('claude') }).toEqual({ exit: 3, err: true });
  const shell = await trial.gt(['doctor', '--agent', 'shell']);
  expect(shell).toMatchObject({ exit: 0, out: expect.stringContaining('nothing to try') });
  const wait = await trial.gt(['doctor', '--agent', 'claude', '--wait', 'long']);
  expect(wait).toMatchObject({ exit: 2, err: expect.stringContaining('no duration') });
});

test.each(['SIGINT', 'SIGTERM'] as const)('ended by %s in the middle, it leaves no process and no file', async (signal) => {
  trial.install('gemini', { start: { shows_ms: 600_000 }, log: trial.notes(signal) });
  const child = trial.start(['doctor', '--agent', 'gemini', '--wait', '10m']);
  await noted(trial.notes(signal), 'started');
  const ended = once(child, 'exit');
  child.kill(signal);
  expect(await ended).toEqual(signal === 'SIGINT' ? [130, null] : [null, 'SIGTERM']);
});
