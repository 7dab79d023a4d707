import { describe, expect, test } from 'vitest';
import { shippedPresets } from '#world/agents/presets';
import { conformance } from '../../src/trials/stand-in/conformance.ts';
import { lookOf } from '../../src/trials/stand-in/look.ts';
import { byScreen, bySigns, type Detector, dialogsShown, listsShown, Play } from '../support/stand-in.ts';

const agents = shippedPresets().filter(({ preset }) => preset.prompt.how !== 'none');

test('every agent that gt ships has laws, and the shell, which takes no prompt, has none', () => {
  expect(agents.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['claude', 'codex', 'gemini', 'qwen', 'opencode', 'copilot', 'pi', 'amp', 'auggie', 'cursor']),
  );
  for (const { name, preset } of shippedPresets())
    expect(conformance(preset, lookOf(name)).length > 0).toBe(preset.prompt.how !== 'none');
});

/** Whatever judges screens is added here, and is held to the same laws. */
const detectors: Readonly<Record<string, Detector>> = { signs: bySigns, screen: byScreen };

describe.each(agents)('the stand-in of $name', ({ name, preset }) => {
  test.each(conformance(preset, lookOf(name)))('$law', async (one) => {
    const play = new Play(name, one.scenario);
    await play.pass(50);
    await one.does(play);
    if (one.ended) {
      expect(play.ended).toEqual(one.ended);
      return;
    }
    const { shown } = play;
    const lists = listsShown(preset, shown);
    for (const list of one.shows ?? []) expect(lists, `${shown.title}\n${play.text}`).toContain(list);
    for (const list of one.hides ?? []) expect(lists, `${shown.title}\n${play.text}`).not.toContain(list);
    expect(play.ended).toBeUndefined();
    for (const [detector, see] of Object.entries(detectors)) {
      const seen = see(play);
      // one that no preset knows must at least not be taken for a prompt
      if (one.state === 'dialog' && one.dialog === undefined) expect(seen.state, play.text).toMatch(/dialog|unknown/);
      else if (one.state) expect([detector, seen.state], play.text).toEqual([detector, one.state]);
      if (one.dialog && seen.dialog) expect(seen.dialog).toBe(one.dialog);
      if (one.draft !== undefined && seen.draft !== undefined) expect(seen.draft).toBe(one.draft);
    }
    if (one.dialog !== undefined) {
      expect(dialogsShown(preset, shown), play.text).toContain(one.dialog);
      const { enter } = preset.screen.dialogs.find((dialog) => dialog.name === one.dialog) ?? {};
      play.send('\r');
      await play.pass(50);
      const does = play.of('answered').map((answer) => answer.does);
      expect(does).toEqual(enter === 'unknown' ? [expect.any(String)] : [enter]);
      expect(play.ended !== undefined).toBe(does[0] === 'exits');
    } else if (one.state !== 'dialog') expect(dialogsShown(preset, shown)).toEqual([]);
    if (one.folded)
      expect(
        preset.screen.draft.folded.some((fold) => new RegExp(fold, 'u').test(play.text)),
        play.text,
      ).toBe(true);
    if (one.taken) expect(play.taken).toEqual(one.taken);
  });
});
