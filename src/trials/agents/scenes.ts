import type { Preset } from '#core/preset';
import type { ScriptStep } from '#world/model-server/script';
import type { Rendered } from '#world/pty/screen/rows';
import { showsAll, showsAny } from './signs.ts';
import type { Stage } from './stage.ts';

/** A situation in which a program shows a screen that gt must know. */
export type Scene = {
  readonly name: string;
  /** Whether it is started with the words by which it asks nobody. */
  readonly autonomous: boolean;
  /**
   * Which of the preset's files are written before: all, those for a person, none, or all as if the town lay elsewhere, so that the folder is not trusted.
   */
  readonly files: 'all' | 'interactive' | 'none' | 'elsewhere';
  /** Over the preset's own, where it acts without asking by its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the model does when it is prompted; without it there is no prompt. */
  readonly script?: readonly ScriptStep[];
  /** What is done on the terminal; it starts when the program does. */
  readonly act?: (stage: Stage, preset: Preset, limitMs: number) => Promise<void>;
  /** By which the situation is known; undefined where the preset has no sign of it. */
  readonly sign: (preset: Preset) => ((screen: Rendered) => boolean) | undefined;
};

/** Its prompt takes an Enter. */
export const isReady = (preset: Preset) => (screen: Rendered) =>
  showsAll(preset.screen.ready, screen) && !showsAny(preset.screen.busy, screen);
export const isBusy = (preset: Preset) => (screen: Rendered) => showsAny(preset.screen.busy, screen);
const any = (signs: Preset['screen']['busy']) => (signs.length > 0 ? (screen: Rendered) => showsAny(signs, screen) : undefined);

function dialog(preset: Preset, ...kinds: readonly string[]) {
  const dialogs = preset.screen.dialogs.filter(({ kind }) => kinds.includes(kind));
  return dialogs.length > 0 ? (screen: Rendered) => dialogs.some(({ signs }) => showsAll(signs, screen)) : undefined;
}

export const showsDialog = (preset: Preset, kind: string) => dialog(preset, kind) ?? (() => false);

/** A text that is known again. */
export const LONG = 'and keep in mind that the bridge is closed';
const WORDS = 'The scripted model thinks aloud for a while so that a turn lasts long enough to be looked at. ';
const LINES = Array.from({ length: 60 }, (_, index) => `line ${index + 1} of a long paste`).join('\n');
/** A program with a sandbox of its own asks only about what leads out of it. */
const OUTSIDE = {
  cmd: 'touch made.txt',
  sandbox_permissions: 'require_escalated',
  justification: 'May the script touch a file?',
};
export const DONE = 'All of it is done.';
const ENTER_AFTER_MS = 300;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const whenReady =
  (act: (stage: Stage) => Promise<void>): NonNullable<Scene['act']> =>
  async (stage, preset, limitMs) => {
    if (await stage.until(isReady(preset), limitMs)) await act(stage);
  };

const started = { autonomous: true, files: 'all' } as const;
const failing = (status: number): readonly ScriptStep[] => [{ error: status, times: 1000 }];

export const SCENES: readonly Scene[] = [
  { name: 'ready', ...started, sign: isReady },
  { name: 'trust', autonomous: false, files: 'elsewhere', sign: (preset) => dialog(preset, 'trust') },
  { name: 'first-run', autonomous: false, files: 'none', sign: (preset) => dialog(preset, 'login', 'onboarding', 'trust') },
  { name: 'warning', autonomous: true, files: 'interactive', sign: (preset) => dialog(preset, 'warning') },
  { name: 'busy', ...started, script: [{ text: WORDS.repeat(3), chunkMs: 150 }], sign: isBusy },
  {
    name: 'turn',
    ...started,
    script: [{ text: 'A tool first.', run: 'echo "made by a tool" > made.txt; cat made.txt' }, { text: DONE }],
    sign: (preset) => (screen) => screen.text.includes(DONE) && isReady(preset)(screen),
  },
  {
    name: 'permission',
    autonomous: false,
    files: 'interactive',
    env: { OPENCODE_PERMISSION: '{"*":"ask"}' },
    script: [{ run: 'touch made.txt', call: { exec_command: OUTSIDE } }, { text: DONE }],
    sign: (preset) => dialog(preset, 'permission'),
  },
  {
    name: 'draft',
    ...started,
    act: whenReady((stage) => stage.write('a draft of a person')),
    sign: () => (screen) => screen.text.includes('a draft of a person'),
  },
  {
    name: 'folded',
    ...started,
    act: whenReady((stage) => stage.paste(LINES)),
    sign: ({ screen: { draft } }) =>
      draft.folded.length > 0 ? ({ text }) => draft.folded.some((one) => new RegExp(one, 'u').test(text)) : undefined,
  },
  {
    name: 'queued',
    ...started,
    script: [{ run: 'sleep 6' }, { text: DONE }],
    act: async (stage, preset, limitMs) => {
      if (!(await stage.until(isBusy(preset), limitMs))) return;
      await pause(1000);
      await stage.paste('a nudge while it is busy');
      await pause(ENTER_AFTER_MS);
      await stage.write('\r');
    },
    sign: (preset) => any(preset.screen.queued),
  },
  {
    name: 'retrying',
    ...started,
    script: failing(500),
    sign: (preset) => any(preset.screen.retrying),
  },
  {
    name: 'limited',
    ...started,
    script: failing(429),
    sign: ({ screen }) => any([...screen.limited, ...screen.failed]),
  },
  { name: 'unauthorized', ...started, script: failing(401), sign: ({ screen }) => any([...screen.login, ...screen.failed]) },
];
