import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NudgeResult } from '#world/pty/nudge/asked';
import type { ModelTui } from '../support/model-tui.ts';
import { NudgeDesk } from '../support/nudge-desk.ts';
import { runs } from '../support/runs.ts';

/** Numbers from a seed. */
function random(seed: number): (most: number) => number {
  let state = seed | 0;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * most);
  };
}

/** What happens around the nudges: dialogs, work, a program that stands still, a person who types, hand-overs. */
async function live(
  desk: NudgeDesk,
  tui: ModelTui,
  pick: (most: number) => number,
  withPerson: boolean,
  handsOver: boolean,
): Promise<void> {
  await desk.time.pass(pick(1_200));
  const what = pick(withPerson ? 8 : 6);
  if (what === 0) tui.ask('permission', 200 + pick(3_000));
  else if (what === 1) tui.ask('unknown', 200 + pick(3_000));
  else if (what === 2) tui.work(pick(3_000));
  else if (what === 3) tui.stand(pick(2_000));
  else if (what === 4 && handsOver) {
    desk.nudges.freeze();
    const state = JSON.parse(JSON.stringify(desk.nudges.state()));
    desk.nudges = desk.open();
    desk.nudges.resume(state);
  } else if (what >= 6) {
    await desk.time.pass(1_000, () => !tui.isKept);
    tui.type('h');
    await desk.time.pass(pick(5_000));
    tui.type(pick(2) === 0 ? '\x7f' : '\r');
  }
}

/** `late`: those that ended unsent and were asked for again: they come after all others. */
function proof(
  tui: ModelTui,
  results: ReadonlyArray<readonly [string, NudgeResult | undefined]>,
  late: ReadonlySet<string>,
): void {
  expect(tui.answered, 'Enters into a dialog that showed').toBe(0);
  const known = results.map(([text]) => text);
  for (const { text, human } of tui.submits) if (!human) expect(known).toContain(text); // nothing glued
  for (const [text, result] of results) {
    const sent = tui.submits.filter((one) => one.text.includes(text)).length;
    expect(sent, `${text}: ${JSON.stringify(result)}`).toBeLessThanOrEqual(1);
    if (result?.outcome === 'taken') expect(sent, `${text} was taken`).toBe(1);
    if (['not-sent', 'draft-left', 'expired'].includes(result?.outcome ?? '')) expect(sent, `${text} was not sent`).toBe(0);
    expect(result, text).toBeDefined();
  }
  const inOrder = tui.submits.filter(({ human, text }) => !human && !late.has(text)).map(({ text }) => known.indexOf(text));
  expect(inOrder).toEqual([...inOrder].sort((left, right) => left - right));
}

test.for([
  [false, 15],
  [true, 15],
] as const)(
  'whatever happens, each nudge is sent once or its end is told truly (a person types: %s)',
  { timeout: 600_000 },
  async ([withPerson, numRuns]) => {
    let taken = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom(0, 80, 250, 400),
        fc.constantFrom(20, 80, 300),
        fc.constantFrom(0, 0, 1_500, 5_000),
        fc.boolean(),
        async (seed, debounce, redraw, lag, handsOver) => {
          const pick = random(seed);
          const desk = new NudgeDesk();
          try {
            const tui = desk.tui('s', {
              debounce,
              redraw,
              latency: () => 3,
              // what a person sends who types at a screen of before is nobody's to tell; nor what began and ended while hosts changed
              lags: () => (lag === 0 || withPerson || handsOver ? 0 : pick(lag)),
              afterSubmit: (one) => {
                if (pick(3) === 0) one.ask('permission', 100 + pick(2_000));
                else if (pick(2) === 0) one.work(pick(1_000));
              },
            });
            const texts = Array.from(
              { length: 5 },
              (_, i) => `nudge number ${i} of seed ${seed}${pick(3) === 0 ? '\nwith a second line' : ''}`,
            );
            for (const [i, text] of texts.entries()) {
              desk.ask(`n${i}`, text);
              await live(desk, tui, pick, withPerson, handsOver);
            }
            for (let more = 0; more < 10; more++) await live(desk, tui, pick, withPerson, handsOver);
            const ended = desk.nudges.state().filter(({ result }) => ['not-sent', 'draft-left'].includes(result?.outcome ?? ''));
            const late = new Set(ended.map(({ text }) => text));
            const answers = texts.map((text, i) => desk.ask(`n${i}`, text));
            await desk.time.pass(3_700_000, () => answers.every((one) => one.result));
            proof(
              tui,
              texts.map((text, i) => [text, answers[i]?.result] as const),
              late,
            );
            expect(desk.warnings).toEqual([]);
            asked += texts.length;
            taken += answers.filter((one) => one.result?.outcome === 'taken').length;
          } finally {
            desk.clear();
          }
        },
      ),
      { numRuns: runs(numRuns) },
    );
    // it is no proof if hardly any was sent
    expect(taken / asked).toBeGreaterThan(withPerson ? 0.5 : 0.9);
  },
);
