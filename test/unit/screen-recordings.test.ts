import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readDialog } from '#core/dialog';
import { classify } from '#core/screen-state';
import type { ScreenView } from '#core/screen-view';
import { viewOf } from '#world/pty/screen/view';
import { signsOf } from '../support/painted.ts';
import { Followed } from '../support/screens.ts';

/** Recordings of the real programs: every byte of one up to a scene. */
const ROOT = new URL('../fixtures/screens/', import.meta.url);

type Index = {
  readonly cols: number;
  readonly rows: number;
  readonly scenes: Readonly<Record<string, { readonly seen: boolean; readonly file?: string }>>;
};

/** What is expected of a scene; of others nothing is known beforehand. */
const EXPECTED: Readonly<Record<string, object>> = {
  ready: { state: 'idle', ready: true, draft: '' },
  turn: { state: 'idle', ready: true, draft: '' },
  busy: { state: 'busy', draft: '' },
  queued: { state: 'busy', draft: '', queued: expect.any(String) },
  retrying: { state: 'busy', draft: '', retrying: expect.any(String) },
  draft: { draft: 'a draft of a person' },
  folded: {
    draft: expect.stringMatching(/^\[paste.*60 lines\]|^\[paste.*\+59 lines\]|^\[paste.*\+60 lines\]|^\[paste.*\d chars\]/iu),
  },
  permission: { state: 'dialog', dialog: { name: 'permission' }, draft: undefined },
  trust: { state: 'dialog', dialog: { name: 'trust' }, draft: undefined },
  'first-run': { state: 'dialog', draft: undefined },
  warning: { state: 'dialog', dialog: { enter: 'exits' }, draft: undefined },
  unauthorized: { draft: '' },
};

/** The scenes in which a list of numbered choices is open. */
const ASKS = ['permission', 'trust', 'first-run', 'warning'];
const CHOICE = /^([\s│]*)([❯›>●]|\s)(\s+)(\d)\. /u;

/** The rows of a list of choices as they are when its mark stands at the choice `n`, from 1. */
function markedAt(rows: ScreenView['rows'], n: number): ScreenView['rows'] {
  const last = rows.findLastIndex(({ text }) => /^[\s│]*[❯›>●\s]\s+1\. /u.test(text));
  const mark = rows.flatMap(({ text }, y) => (y < last ? [] : (/^[\s│]*([❯›>●]) +\d\. /u.exec(text)?.[1] ?? [])))[0] ?? '';
  const move = (text: string) =>
    text.replace(CHOICE, (_, side, _old, gap, digit) => `${side}${Number(digit) === n ? mark : ' '}${gap}${digit}. `);
  return rows.map((row, y) => (y < last ? row : { text: move(row.text), bright: move(row.text) }));
}

const agents = readdirSync(ROOT).filter((name) => !name.includes('.'));
const scenes = agents.flatMap((agent) => {
  const index = JSON.parse(readFileSync(new URL(`${agent}/index.json`, ROOT), 'utf8')) as Index;
  return Object.entries(index.scenes).flatMap(([scene, { seen, file }]) =>
    seen && file !== undefined && EXPECTED[scene] ? [{ agent, scene, file, index }] : [],
  );
});

/** The screen at the end of a recording. */
function shown({ agent, file, index }: (typeof scenes)[number]): ScreenView {
  const bytes = readFileSync(new URL(`${agent}/${file}`, ROOT));
  const screen = new Followed(index.cols, index.rows);
  screen.feed(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  const view = viewOf(screen.emulator, screen.scanner.modes, 60);
  screen.dispose();
  return view;
}

describe('what the real programs have shown is judged right', () => {
  test('there are recordings of most of them', () => {
    expect(scenes.length).toBeGreaterThan(30);
  });

  test.for(scenes)('$agent: $scene', (one) => {
    const view = shown(one);
    expect(view.bracketedPaste).toBe(true);
    expect(classify(view, signsOf(one.agent))).toMatchObject(EXPECTED[one.scene] ?? {});
  });

  test.for(scenes.filter(({ agent, scene }) => ASKS.includes(scene) && agent !== 'opencode'))(
    'a dialog is the same one wherever its mark stands: $agent, $scene',
    (one) => {
      const view = shown(one);
      const judged = (rows: ScreenView['rows']) => {
        const told = classify({ ...view, rows }, signsOf(one.agent));
        const { id, chosen } = readDialog(
          rows.map(({ text }) => text),
          told,
        );
        return { id, chosen, state: told.state, name: told.dialog?.name };
      };
      const first = judged(view.rows);
      const choices = readDialog(
        view.rows.map(({ text }) => text),
        classify(view, signsOf(one.agent)),
      ).choices.map((_, at) => at);
      expect(choices.map((at) => judged(markedAt(view.rows, at + 1)))).toEqual(choices.map((chosen) => ({ ...first, chosen })));
    },
  );
});
