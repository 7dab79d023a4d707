import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { classify } from '#core/screen-state';
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

const agents = readdirSync(ROOT).filter((name) => !name.includes('.'));
const scenes = agents.flatMap((agent) => {
  const index = JSON.parse(readFileSync(new URL(`${agent}/index.json`, ROOT), 'utf8')) as Index;
  return Object.entries(index.scenes).flatMap(([scene, { seen, file }]) =>
    seen && file !== undefined && EXPECTED[scene] ? [{ agent, scene, file, index }] : [],
  );
});

describe('what the real programs have shown is judged right', () => {
  test('there are recordings of most of them', () => {
    expect(scenes.length).toBeGreaterThan(30);
  });

  test.for(scenes)('$agent: $scene', ({ agent, scene, file, index }) => {
    const bytes = readFileSync(new URL(`${agent}/${file}`, ROOT));
    const screen = new Followed(index.cols, index.rows);
    screen.feed(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    const view = viewOf(screen.emulator, screen.scanner.modes, 60);
    screen.dispose();
    expect(view.bracketedPaste).toBe(true);
    expect(classify(view, signsOf(agent))).toMatchObject(EXPECTED[scene] ?? {});
  });
});
