import type { Preset } from '#core/preset';
import type { Look } from './look.ts';
import type { Ending } from './ports.ts';
import type { ScenarioInput } from './scenario.ts';

/** Lists of signs in a preset's screen data. */
export type SignList = 'ready' | 'busy' | 'limited' | 'failed' | 'retrying' | 'login' | 'context' | 'full' | 'queued';

/** Whoever sits at the stand-in's terminal. */
export type Hand = {
  readonly send: (bytes: string) => void;
  /** Lets time pass, ms. */
  readonly pass: (ms: number) => Promise<void>;
  readonly signal: (signal: 'SIGTERM') => void;
};

/** One law: played so, the program's screen shows what its preset says of that state. */
export type Case = {
  readonly law: string;
  readonly scenario: ScenarioInput;
  readonly does: (hand: Hand) => Promise<void>;
  /** What a detector has to make of it. */
  readonly state?: 'idle' | 'busy' | 'dialog' | 'limited';
  /** One sign at least of each list shows (of `ready` all), and none of those that must not. */
  readonly shows?: readonly SignList[];
  readonly hides?: readonly SignList[];
  readonly dialog?: string;
  readonly draft?: string;
  readonly folded?: boolean;
  /** Texts that were taken, each once. */
  readonly taken?: readonly string[];
  readonly ended?: Ending;
};

const CR = '\r';
const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;
const KEYS = { esc: '\x1b', 'ctrl-c': '\x03', 'ctrl-d': '\x04', 'ctrl-s': '\x13', 'ctrl-u': '\x15', enter: CR } as const;
/** Long enough for every program's wait after a paste. */
const SETTLE_MS = 300;
const LONG_MS = 600_000;
const SIXTY = Array.from({ length: 60 }, (_, at) => `line ${at + 1} of a long paste`).join('\n');

/** A dialog that no preset knows. */
export const UNKNOWN_DIALOG = {
  name: 'survey',
  rows: ['How is it going so far?', ''],
  options: [
    { text: '1. Well', does: 'accepts' as const },
    { text: '2. Not so well', does: 'refuses' as const },
  ],
};

async function submit(hand: Hand, text: string): Promise<void> {
  hand.send(paste(text));
  await hand.pass(SETTLE_MS);
  hand.send(CR);
  await hand.pass(SETTLE_MS);
}

const settle = (hand: Hand) => hand.pass(SETTLE_MS);

/** The laws of a preset, from its own data; of a program that is no agent (it takes no prompt) none. */
export function conformance(preset: Preset, look: Look): Case[] {
  if (preset.prompt.how === 'none') return [];
  const { screen } = preset;
  const known = { idle: screen.ready.length > 0, busy: screen.busy.length > 0, dialog: true, limited: true };
  const all = [...prompts(preset, look), ...turns(preset), ...troubles(preset), ...dialogs(preset), ...endings(preset)];
  // no detector sees a state of which the preset has no sign
  return all.map(({ state, ...one }) => (state === undefined || !known[state] ? one : { ...one, state }));
}

function prompts({ screen, submit: timing }: Preset, look: Look): Case[] {
  const cases: Case[] = [
    { law: 'is ready at its prompt', scenario: {}, does: settle, state: 'idle', shows: ['ready'], hides: ['busy'], draft: '' },
    {
      law: 'loses an Enter before it is ready, and keeps the text',
      scenario: { start: { ready_ms: 5000 } },
      does: (hand) => submit(hand, 'early #1'),
      taken: [],
      ...(screen.ready.length > 0 && !look.blind_start ? { hides: ['ready' as const] } : {}),
    },
    {
      law: 'takes a text that was pasted, once',
      scenario: {},
      does: async (hand) => {
        await submit(hand, 'first #1');
        await hand.pass(5000);
      },
      state: 'idle',
      shows: ['ready'],
      hides: ['busy'],
      taken: ['first #1'],
    },
  ];
  if (screen.draft.folded.length > 0)
    cases.push({
      law: 'shows a long paste as a label, and takes all of it',
      scenario: {},
      does: async (hand) => {
        hand.send(paste(SIXTY));
        await hand.pass(SETTLE_MS);
      },
      folded: true,
      taken: [],
    });
  if ((timing.least_ms ?? 0) > 0)
    cases.push({
      law: 'does not take an Enter that is too close behind a paste',
      scenario: {},
      does: async (hand) => {
        hand.send(paste('close #1'));
        hand.send(CR);
        await hand.pass(SETTLE_MS);
      },
      taken: [],
    });
  return cases;
}

function turns({ screen }: Preset): Case[] {
  const long: ScenarioInput = { turns: [{ ms: LONG_MS }] };
  const cases: Case[] = [
    {
      law: 'is busy while a turn runs',
      scenario: long,
      does: (hand) => submit(hand, 'work #1'),
      state: 'busy',
      shows: screen.busy.length > 0 ? ['busy'] : [],
      taken: ['work #1'],
    },
    {
      law: 'takes a text while it is busy, and stays busy',
      scenario: long,
      does: async (hand) => {
        await submit(hand, 'work #1');
        await submit(hand, 'more #2');
      },
      state: 'busy',
      shows: screen.queued.length > 0 ? ['queued'] : [],
      taken: ['work #1', 'more #2'],
    },
  ];
  if (screen.context.length > 0)
    cases.push({
      law: 'tells how full its context is',
      scenario: { turns: [{ context: 92 }] },
      does: async (hand) => {
        await submit(hand, 'work #1');
        await hand.pass(5000);
      },
      shows: ['context'],
    });
  return cases;
}

/** Turns that end without an answer, as far as the preset knows a sign of them. */
function troubles({ screen }: Preset): Case[] {
  const fails = (['limited', 'failed', 'full', 'login'] as const)
    .filter((list) => screen[list].length > 0)
    .map(
      (list): Case => ({
        law: `shows that a turn ended without an answer: ${list}`,
        scenario: { turns: [{ fails: list }] },
        does: async (hand) => {
          await submit(hand, 'work #1');
          await hand.pass(5000);
        },
        ...(list === 'limited' ? { state: 'limited' as const } : {}),
        shows: [list],
        hides: ['busy', 'retrying'],
      }),
    );
  if (screen.retrying.length === 0) return fails;
  const retries: Case = {
    law: 'is busy while it tries again',
    scenario: { turns: [{ fails: 'limited', tries: 3, retry_ms: 60_000 }] },
    does: async (hand) => {
      await submit(hand, 'work #1');
      await hand.pass(1000);
    },
    state: 'busy',
    shows: ['retrying'],
  };
  return [...fails, retries];
}

function dialogs({ screen }: Preset): Case[] {
  const known = screen.dialogs.map(({ name, enter }): Case => {
    const exits = enter === 'exits';
    return {
      law: `shows the dialog \`${name}\`, and an Enter ${exits ? 'ends it' : 'answers it'}`,
      scenario: { start: { dialogs: [name] } },
      does: settle,
      state: 'dialog',
      dialog: name,
      hides: ['busy'],
    };
  });
  const unknown: Case = {
    law: 'shows a dialog that the preset does not know',
    scenario: { start: { dialogs: [] }, dialogs: { at: [{ dialog: UNKNOWN_DIALOG, after_ms: 100 }] } },
    does: settle,
    state: 'dialog',
    hides: ['busy'],
  };
  return [...known, unknown];
}

function endings({ quit }: Preset): Case[] {
  const cases: Case[] = [];
  const { words, keys, term } = quit;
  if (words !== undefined)
    cases.push({ law: `ends at ${words}`, scenario: {}, does: (hand) => quitBy(hand, words), ended: { code: 0 } });
  if (keys)
    cases.push({
      law: `ends at ${keys.join(', ')}`,
      scenario: {},
      does: async (hand) => {
        await hand.pass(SETTLE_MS);
        for (const key of keys) {
          hand.send(KEYS[key]);
          await hand.pass(SETTLE_MS);
        }
      },
      ended: { code: 0 },
    });
  if (term)
    cases.push({
      law: 'answers TERM as its preset says',
      scenario: {},
      does: async (hand) => {
        await hand.pass(SETTLE_MS);
        hand.signal('SIGTERM');
        await hand.pass(SETTLE_MS);
      },
      ended: term,
    });
  return cases;
}

async function quitBy(hand: Hand, words: string): Promise<void> {
  await hand.pass(SETTLE_MS);
  await submit(hand, words);
}
