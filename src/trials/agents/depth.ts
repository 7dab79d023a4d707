import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preset } from '#core/preset';
import type { Turn } from '#world/model-server/conversation';
import type { ScriptStep } from '#world/model-server/script';
import { CONTEXT, Ground } from './ground.ts';
import { DONE, isBusy, isReady, LONG, showsDialog } from './scenes.ts';
import { showsAny } from './signs.ts';
import type { Stage } from './stage.ts';
import { submit } from './submit.ts';

type Say = (line: string) => void;

/** What gt builds on, tried with the real program: a title that says what must hold, and what shows it. @returns what does not hold */
type Depth = {
  readonly title: string;
  readonly script: readonly ScriptStep[];
  readonly autonomous?: boolean;
  readonly run: (at: At) => Promise<string[]>;
};

/** A program that was started and prompted, and what there is to ask. */
type At = {
  readonly ground: Ground;
  readonly preset: Preset;
  readonly stage: Stage;
  readonly ready: () => Promise<boolean>;
};

const LIMIT_MS = 60_000;
const ID = '6d5f0a52-9a3b-4c5e-8f10-2b7a4c9d1e01';
const FORK = '6d5f0a52-9a3b-4c5e-8f10-2b7a4c9d1e02';
const START = { autonomous: true, hooks: true, id: ID } as const;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const lack = (holds: boolean, words: string): string[] => (holds ? [] : [words]);

const lastTurns = ({ model }: Ground): readonly Turn[] =>
  model.requests.findLast(({ conversation, side }) => conversation && !side)?.conversation?.turns ?? [];
const hears = (ground: Ground, text: string): boolean => lastTurns(ground).some((turn) => turn.text.includes(text));
const hooked = (ground: Ground, words: string): number => ground.hooked().filter((one) => one.words === words).length;
const said = (text: string) => (screen: { text: string }) => screen.text.includes(text);

/** Every line of the program's transcripts. */
function transcript(ground: Ground): string {
  const folder = join(ground.config, 'projects');
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

const DEPTHS: readonly Depth[] = [
  {
    title: 'what the start hook prints reaches the model with the first prompt; each hook tells the conversation’s id',
    script: [{ run: 'echo hello' }, { text: DONE }],
    run: async ({ ground, stage, ready }) => {
      await stage.until(said(DONE), LIMIT_MS);
      await ready();
      const turns = lastTurns(ground);
      const context = turns.findIndex(({ text }) => text.includes(CONTEXT));
      const answer = turns.findIndex(({ who }) => who === 'model');
      const ids = new Set(ground.hooked().map(({ told }) => told['session_id']));
      return [
        ...lack(context >= 0 && context < answer, `the context is turn ${context}, the first answer turn ${answer}`),
        ...lack(ids.size === 1 && ids.has(ID), `the hooks told ${[...ids].join(', ')}, not ${ID}`),
        ...['prime --hook', 'mail check --inject', 'tap guard', 'signal stop'].flatMap((words) =>
          lack(hooked(ground, words) > 0, `no hook called gt ${words}`),
        ),
      ];
    },
  },
  {
    title: 'a text sent while a tool runs is queued, and comes to the model with the tool’s result',
    script: [{ run: 'sleep 8' }, { text: DONE }],
    run: async ({ ground, preset, stage }) => {
      if (!(await stage.until(isBusy(preset), LIMIT_MS))) return ['it was never busy'];
      await pause(1500);
      await submit(stage, preset, '[nudge] look at the mail');
      const queued = await stage.until((screen) => showsAny(preset.screen.queued, screen), LIMIT_MS);
      await stage.until(said(DONE), LIMIT_MS);
      return [
        ...lack(queued, 'the queue did not show'),
        ...lack(hears(ground, '[nudge] look at the mail'), 'the model never heard it'),
        ...lack(
          /"queue-operation"[^\n]*look at the mail/.test(transcript(ground)),
          'the transcript has no queue-operation of it',
        ),
      ];
    },
  },
  {
    title: 'a permission dialog is known wherever its mark stands, does not look ready or busy, and Esc refuses the tool',
    script: [{ run: 'touch made.txt' }, { text: DONE }],
    autonomous: false,
    run: async ({ preset, stage }) => {
      if (!(await stage.until(showsDialog(preset, 'permission'), LIMIT_MS))) return ['no permission dialog showed'];
      const screen = stage.screen();
      const wrong = lack(!isReady(preset)(screen), 'it looks ready').concat(lack(!isBusy(preset)(screen), 'it looks busy'));
      await stage.write('\x1b[B');
      const moved = await stage.until(said('❯ 2. '), LIMIT_MS);
      wrong.push(...lack(moved && showsDialog(preset, 'permission')(stage.screen()), 'it is not known with its mark at 2'));
      await stage.write('\x1b');
      const back = await stage.until(isReady(preset), LIMIT_MS);
      return [...wrong, ...lack(back, 'it was not ready again after Esc')];
    },
  },
  {
    title: 'a dialog that no preset knows does not look ready',
    script: [{ text: DONE }],
    run: async ({ preset, stage, ready }) => {
      await stage.until(said(DONE), LIMIT_MS);
      await ready();
      await submit(stage, preset, '/model');
      if (!(await stage.until(said('Select model'), LIMIT_MS))) return ['the dialog of /model did not show'];
      return lack(!isReady(preset)(stage.screen()), 'it looks ready');
    },
  },
  {
    title: '/compact keeps the conversation’s id, and primes it again',
    script: [{ run: 'echo hello' }, { text: DONE }],
    run: async ({ ground, preset, stage, ready }) => {
      await stage.until(said(DONE), LIMIT_MS);
      await ready();
      await submit(stage, preset, '/compact');
      const primed = () => ground.hooked().filter(({ told }) => told['source'] === 'compact');
      await stage.until(() => primed().length > 0, LIMIT_MS);
      return [
        ...lack(primed().length > 0, 'SessionStart did not come with source compact'),
        ...lack(
          primed().every(({ told }) => told['session_id'] === ID),
          'its id changed',
        ),
      ];
    },
  },
  {
    title: 'a rate limit is tried again, then fails: the hook of failure tells it, and no stop hook',
    script: [{ error: 429, times: 1000 }],
    run: async ({ ground, preset, stage }) => {
      const retried = await stage.until((screen) => showsAny(preset.screen.retrying, screen), LIMIT_MS);
      const failed = await stage.until((screen) => showsAny(preset.screen.limited, screen), LIMIT_MS);
      await stage.until(() => hooked(ground, 'signal failed') > 0, LIMIT_MS);
      const told = ground.hooked().find(({ words }) => words === 'signal failed')?.told['error'];
      return [
        ...lack(retried, 'it did not show that it tries again'),
        ...lack(failed, 'it did not show the limit'),
        ...lack(told === 'rate_limit', `the hook of failure told ${String(told)}`),
        ...lack(hooked(ground, 'signal stop') === 0, 'a stop hook came'),
      ];
    },
  },
  {
    title: 'after KILL in the middle of a tool the conversation goes on under its id',
    script: [{ run: 'sleep 60' }, { text: DONE }],
    run: async ({ ground, preset, stage }) => {
      if (!(await stage.until(isBusy(preset), LIMIT_MS))) return ['it was never busy'];
      await pause(2500);
      stage.signal('SIGKILL');
      await stage.until(() => false, LIMIT_MS);
      const again = ground.start({ ...START, mode: 'resume', prompt: '[GAS TOWN] go on GTSCRIPT:end' });
      const done = await again.until(said('It went on.'), LIMIT_MS);
      const source = ground.hooked().findLast(({ words }) => words === 'prime --hook')?.told;
      return [
        ...lack(stage.end.includes('signal 9'), `it ${stage.end}`),
        ...lack(done, `it did not go on:\n${again.screen().text}`),
        ...lack(hears(ground, LONG), 'the model does not hear what was said before'),
        ...lack(source?.['source'] === 'resume' && source['session_id'] === ID, `the start hook told ${JSON.stringify(source)}`),
      ];
    },
  },
  {
    title: 'a fork hears what was said before, under an id of its own',
    script: [{ text: DONE }],
    run: async ({ ground, stage, ready }) => {
      await stage.until(said(DONE), LIMIT_MS);
      await ready();
      const fork = ground.start({ ...START, mode: 'fork', fork: FORK, prompt: '[GAS TOWN] go on GTSCRIPT:end' });
      const done = await fork.until(said('It went on.'), LIMIT_MS);
      const last = ground.model.requests.findLast(({ side, conversation }) => conversation && !side);
      return [
        ...lack(done, `it did not go on:\n${fork.screen().text}`),
        ...lack(hears(ground, LONG), 'the model does not hear what was said before'),
        ...lack(last?.session === FORK, `its session is ${last?.session}`),
      ];
    },
  },
];

/** Tries all of it. @returns what does not hold, with the title before it */
export async function tryDepths(preset: Preset, bin: string, { folder, say }: { folder: string; say: Say }): Promise<string[]> {
  const lacks: string[] = [];
  for (const [index, { title, script, autonomous = true, run }] of DEPTHS.entries()) {
    const ground = await Ground.open(preset, bin, { begin: script, end: [{ text: 'It went on.' }] });
    try {
      await ground.provision({ autonomous, hooks: true });
      const stage = ground.start({ ...START, autonomous, prompt: `[GAS TOWN] GTSCRIPT:begin ${LONG}` });
      const ready = () => stage.until(isReady(ground.preset), LIMIT_MS);
      const missing = [...(await run({ ground, preset: ground.preset, stage, ready })), ...ground.leaks];
      say(`  ${missing.length === 0 ? 'holds' : 'DOES NOT HOLD'}: ${title}`);
      lacks.push(...missing.map((one) => `${title}: ${one}`));
      writeFileSync(join(folder, `depth-${index + 1}.bin`), stage.bytes);
      writeFileSync(join(folder, `depth-${index + 1}.hooks.json`), JSON.stringify(ground.hooked(), null, 1));
      const written = join(ground.config, 'projects');
      if (existsSync(written)) cpSync(written, join(folder, `depth-${index + 1}.transcripts`), { recursive: true });
    } finally {
      await ground.close();
    }
  }
  return lacks;
}
