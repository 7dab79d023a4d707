import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Host, SpawnRequest } from '#world/pty/host';
import type { NudgeAsked, NudgeResult } from '#world/pty/nudge/asked';
import { playedBy } from '../../src/trials/stand-in/command.ts';
import { MODEL_SCREEN } from '../support/model-tui.ts';
import { envOf, makeGround, printed, shell, startHost } from '../support/pty.ts';
import { noted, notesIn, standInSession, writeScenario } from '../support/stand-in-program.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const PROGRAM = fileURLToPath(new URL('../support/small-tui.mjs', import.meta.url));
const logOf = (id: string) => join(ground.dir, `${id}.log`);

function tui(id: string, debounce: number, seed: number): SpawnRequest {
  return {
    id,
    argv: [process.execPath, PROGRAM, logOf(id), String(debounce), String(seed)],
    cwd: ground.dir,
    env: envOf(ground, id),
  };
}

function asked(id: string, nudge: string, text: string, more: Partial<NudgeAsked> = {}): NudgeAsked {
  return { id, nudge, text, mode: 'wait-idle', screen: MODEL_SCREEN, submit: { enter_after_ms: 50 }, ...more };
}

type Noted = { readonly sent?: string; readonly answered?: true };

function notes(id: string): Noted[] {
  if (!existsSync(logOf(id))) return [];
  const lines = readFileSync(logOf(id), 'utf8').trim();
  return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as Noted);
}

/** What a program noted fits what the host told of each nudge. */
function proof(id: string, told: ReadonlyArray<readonly [string, NudgeResult]>): void {
  const noted = notes(id);
  const sent = noted.flatMap((note) => note.sent ?? []);
  const known = told.map(([text]) => text);
  expect(noted.filter((note) => note.answered)).toEqual([]);
  expect(sent.filter((text) => !known.includes(text))).toEqual([]);
  expect(new Set(sent).size).toBe(sent.length);
  expect(sent).toEqual([...sent].sort((left, right) => known.indexOf(left) - known.indexOf(right)));
  for (const [text, { outcome }] of told)
    if (outcome !== 'unknown')
      expect({ text, outcome, sent: sent.includes(text) }).toEqual({ text, outcome, sent: outcome === 'taken' });
}

test.for([
  [80, 0],
  [250, 0],
  [80, 7],
  [250, 11],
] as const)(
  'nudges reach programs that redraw, take an early Enter (%i ms) for a new line and open dialogs (seed %i): once, in order, over a lost connection',
  async ([debounce, seed]) => {
    const running = await startHost(ground, `d${debounce}s${seed}`);
    const host = await running.connect(1);
    const ids = [1, 2, 3].map((n) => `d${debounce}s${seed}n${n}`);
    for (const [at, id] of ids.entries()) await host.spawn(tui(id, debounce, seed === 0 ? 0 : seed + at));
    const all = ids.flatMap((id) =>
      Array.from(
        { length: 6 },
        (_, i) => [id, `${id}.${i}`, `nudge ${i} for ${id}${i % 2 ? '\nwith more lines\nand more' : ''}`] as const,
      ),
    );
    const ask = (to: Host) => Promise.all(all.map(([id, nudge, text]) => to.nudge(asked(id, nudge, text))));
    const lost = ask(host).then(
      () => 'answered',
      (fault: Error) => fault.name,
    );
    await until('the first are sent', () => ids.every((id) => notes(id).some((note) => note.sent)));
    host.close();
    expect(await lost).toBe('HostGone');
    const again = await running.connect(1);
    const results = await ask(again);
    for (const id of ids) {
      const told = all.flatMap(([to, , text], at) => (to === id ? [[text, results[at] as NudgeResult] as const] : []));
      proof(id, told);
    }
    // it would be no proof if hardly any was sent; without dialogs nothing can stand in the way
    const taken = results.filter(({ outcome }) => outcome === 'taken').length;
    expect(taken).toBeGreaterThanOrEqual(seed === 0 ? results.length : results.length - 3);
    expect(await ask(again)).toEqual(results);
    expect(await again.nudges()).toHaveLength(results.length - taken);
    await running.stop();
  },
);

test('a draft keeps a nudge away, a dialog is told by a look, and what is asked amiss is refused', async () => {
  const running = await startHost(ground, 'looks');
  const host = await running.connect(1);
  expect(host.features.has('nudge')).toBe(true);
  await host.spawn(tui('s', 80, 0));
  await until('its prompt shows', async () => (await host.look('s', MODEL_SCREEN)).state === 'idle');
  expect(await host.look('s', MODEL_SCREEN)).toMatchObject({ draft: '', placeholder: 'Try something', ready: true });
  await host.write('s', 'my own words');
  await until('the draft shows', async () => (await host.look('s', MODEL_SCREEN)).draft === 'my own words');
  const waiting = host.nudge(asked('s', 'n1', 'a nudge'));
  await until('it waits', async () => (await host.nudges('s'))[0]?.why === 'a draft stands in its input: my own words');
  expect(await host.nudge(asked('s', 'n2', 'now', { mode: 'immediate' }))).toMatchObject({ outcome: 'not-sent' });
  expect(await host.withdraw('n2')).toEqual({ withdrawn: false, outcome: 'not-sent' });
  await host.write('s', '\x15');
  expect(await waiting).toMatchObject({ outcome: 'taken' });
  expect(notes('s')).toEqual([{ sent: 'a nudge' }]);
  const large = await host.nudge(asked('s', 'n3', 'x'.repeat(300_000)));
  expect(large.outcome).toBe('taken');
  const path = /in this file: (\S+)$/.exec(notes('s')[1]?.sent ?? '')?.[1] ?? '';
  expect(readFileSync(path, 'utf8')).toHaveLength(300_001);
  expect(await host.ackNudge('n3')).toEqual({ acked: true });

  const refusals = [
    host.nudge(asked('nobody', 'n4', 'x')),
    host.nudge(asked('s', 'n5', 'x'.repeat(5 << 20))),
    host.nudge(asked('s', 'n6', '\x07\x1b')),
    host.nudge(asked('s', 'n/7', 'x')),
    host.nudge(asked('s', 'n8', 'x', { screen: { busy: [{ where: 'title', match: '(' }] } })),
    host.nudge(asked('s', 'n9', 'x', { mode: 'soon' as never })),
  ];
  const codes = (await Promise.allSettled(refusals)).map((one) => (one.status === 'rejected' ? one.reason.code : one.value));
  expect(codes).toEqual(['SESSION_UNKNOWN', 'BAD_REQUEST', 'BAD_REQUEST', 'BAD_REQUEST', 'BAD_REQUEST', 'BAD_REQUEST']);
  await host.kill('s', { graceMs: 0 });
  await until('it has ended', async () => (await host.get('s'))?.state === 'drained');
  await expect(host.nudge(asked('s', 'n10', 'x'))).rejects.toMatchObject({ code: 'PTY_GONE' });
  expect(await host.nudge(asked('s', 'n1', 'a nudge'))).toMatchObject({ outcome: 'taken' });
  await host.forget('s');
  expect(existsSync(path)).toBe(false);
  await running.stop();
});

test('what was begun is known after the host was killed', async () => {
  const running = await startHost(ground, 'crash');
  const host = await running.connect(1);
  await host.spawn(tui('c', 80, 0));
  expect(await host.nudge(asked('c', 'n1', 'one'))).toMatchObject({ outcome: 'taken' });
  await host.spawn(
    shell(ground, 'silent', "stty -echo; printf '\\033[?2004h─────\\r\\n❯ \\r\\n─────\\r\\n? for shortcuts'; sleep 600"),
  );
  await printed(host, 'silent', 'shortcuts');
  const begun = host.nudge(asked('silent', 'n2', 'two')).catch((fault: Error) => fault.name);
  await until('it is typed', async () => (await host.nudges('silent'))[0]?.step === 'pasted');
  await running.crash();
  expect(await begun).toBe('HostGone');
  const next = await startHost(ground, 'crash');
  const later = await next.connect(2);
  expect(await later.nudge(asked('c', 'n1', 'one'))).toMatchObject({ outcome: 'taken' });
  expect(await later.nudge(asked('silent', 'n2', 'two'))).toMatchObject({ outcome: 'not-sent' });
  await next.stop();
});

test('a program whose title tells long before its rows that it works, as Claude Code does where a turn ends, gets each text once by one Enter', async () => {
  const running = await startHost(ground, 'late');
  const host = await running.connect(1);
  const { file, log } = writeScenario(ground, 'late', {
    start: { dialogs: [] },
    turns: [{ ms: 700 }],
    frame: { title_first_ms: 2_500 },
  });
  await host.spawn(standInSession(ground, 'late', 'claude', file));
  await noted(log, 'ready');
  const { screen, submit } = playedBy('claude').preset;
  for (const mode of ['wait-idle', 'queue', 'immediate'] as const)
    expect(await host.nudge(asked('late', mode, `nudge #${mode}`, { mode, screen, submit }))).toMatchObject({ outcome: 'taken' });
  const enters = notesIn(log).filter(({ kind }) => kind === 'enter');
  const texts = notesIn(log).flatMap((note) => (note.kind === 'delivered' ? note.texts : []));
  expect([enters, texts.slice(0, 2)]).toEqual([[], ['nudge #wait-idle', 'nudge #queue']]);
  await running.stop();
});
