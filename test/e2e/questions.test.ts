import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answered } from '#cli/answering';
import type { Need, Needs } from '#views/needs';
import { UNKNOWN_DIALOG } from '../../src/trials/stand-in/conformance.ts';
import type { ScenarioInput } from '../../src/trials/stand-in/scenario.ts';
import { installStandIn, notesIn, writeScenario } from '../support/stand-in-program.ts';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
let dir: string;
beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'gt-q-')));
  mkdirSync(join(dir, 'bin'));
  const env = { PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}` };
  town = await HarmedTown.open({}, env);
  await town.rig('shop');
});
afterAll(async () => {
  await town.close();
  rmSync(dir, { recursive: true, force: true });
});

/** An agent program that plays this. @returns where it notes what it does */
function plays(like: string, scenario: ScenarioInput): string {
  const { file, log } = writeScenario({ dir } as Parameters<typeof writeScenario>[0], like, scenario);
  installStandIn(join(dir, 'bin'), like, like, file);
  return log;
}

const needs = async (): Promise<readonly Need[]> => (await town.ask<Needs>(['needs'])).needs;
/** What waits for a person about this item. */
const asked = (work: string, fits: (need: Need) => boolean = () => true): Promise<Need> =>
  town.until(`a question about ${work}`, async () => (await needs()).find((one) => one.blocks.includes(work) && fits(one)));

/** A block that asks, and commits what was answered. */
const asking = (file: string) =>
  `answer=$("$GT_BIN" escalate 'Which colour?' --choice blue --choice red --wait) || exit 3\necho "$answer" > '${file}'\ngit add -A\ngit commit -qm 'Add ${file}'`;

test('an agent that waits for an answer is asked after by the next session when it is killed, lands with the one answer, and a second one is refused', async () => {
  const id = await town.work('shop', asking('colour.txt'));
  const first = await asked(id);
  expect(first).toMatchObject({
    kind: 'question',
    rig: 'shop',
    count: 1,
    choices: ['blue', 'red'],
    todo: `gt answer ${first.id} 1|2`,
  });
  const { session } = await town.running(id);
  process.kill(session.pid ?? 0, 'SIGKILL');
  await asked(id, ({ count }) => count === 2);
  const worker = await town.kill('worker');
  const { exit, err } = await town.gt(['answer', first.id, '3']);
  expect([exit, err]).toEqual([2, expect.stringContaining('1 (blue), 2 (red)')]);
  expect(await town.ask<Answered>(['answer', id, 'red'])).toMatchObject({ id: first.id, text: 'red', choice: 2 });
  await town.anotherWorker(worker);
  await town.landed(id);
  expect(await town.show('shop', 'colour.txt')).toBe('red');
  const again = await town.gt(['answer', first.id, '1']);
  expect([again.exit, again.err]).toEqual([4, expect.stringMatching(/answered by overseer .*: red\n/)]);
  expect((await needs()).filter(({ kind }) => kind !== 'nudge')).toEqual([]);
});

test('an agent whose question expires is told so by exit code 6, and goes on by itself', async () => {
  const block = `"$GT_BIN" escalate 'Which size?' --expires 1s --wait || code=$?\n[ "$code" = 6 ] || exit 3\n${commits('size.txt', 'large')}`;
  const id = await town.work('shop', block);
  await town.landed(id);
  const { needs: waiting, expired } = await town.ask<Needs>(['needs', '--all']);
  // Which name it has depends on when the one before was free again.
  expect(expired).toMatchObject([{ what: expect.stringMatching(/^shop\/polecats\/\w+: Which size\?$/) }]);
  expect(waiting.filter(({ kind }) => kind !== 'nudge')).toEqual([]);
  const wrong = async (...words: string[]) => {
    const { exit, err } = await town.gt(words);
    return [exit, err.trim().split('\n').length, err];
  };
  expect(await wrong('answer', 'qn-nobody', '1')).toEqual([3, 2, expect.stringContaining('gt needs')]);
  expect(await wrong('escalate', 'stuck', '-s', 'hgh')).toEqual([2, 2, expect.stringContaining('`high`')]);
  expect(await wrong('escalate', 'stuck', '--wait')).toEqual([2, 2, expect.stringContaining('agent')]);
  const late = await town.gt(['answer', expired[0]?.id ?? '', 'small']);
  expect([late.exit, late.err.split('\n')]).toEqual([
    4,
    [expect.stringContaining('has expired'), expect.stringContaining('gt nudge'), ''],
  ]);
});

test('dialogs of programs are questions, known ones and others; an answer chooses in the terminal, and the agent goes on', async () => {
  const work = `${commits('made.txt')}\n"$GT_BIN" done`;
  plays('claude', { turns: [{ ms: 20, tools: [{ asks: true, run: work }] }, {}] });
  const gemini = plays('gemini', { turns: [{ ms: 20 }], dialogs: { at: [{ dialog: UNKNOWN_DIALOG, after_ms: 500 }] } });
  const [known, other] = [await town.work('shop', '', { agent: 'claude' }), await town.work('shop', '', { agent: 'gemini' })];
  const [permission, survey] = [await asked(known), await asked(other)];
  expect(permission).toMatchObject({
    kind: 'dialog',
    severity: 'high',
    what: expect.stringContaining('Do you want to proceed?'),
  });
  expect(permission.choices).toHaveLength(3);
  expect(survey).toMatchObject({ kind: 'dialog', choices: ['Well', 'Not so well'] });
  expect((await town.does(['status'])).out).toContain(permission.todo);
  expect((await town.does(['escalate', 'show', survey.id])).out).toContain('How is it going so far?');
  expect((await town.does(['answer', permission.id, '1'])).out).toContain('its dialog is gone');
  expect((await town.does(['answer', survey.id, 'not so well'])).out).toContain('its dialog is gone');
  expect(notesIn(gemini).filter(({ kind }) => kind === 'answered')).toMatchObject([{ name: 'survey', does: 'refuses' }]);
  await town.landed(known);
  const twice = await town.gt(['answer', survey.id, '1']);
  expect([twice.exit, twice.err]).toEqual([4, expect.stringContaining('Not so well')]);
});
