import type { Json, Preset } from '#core/preset';
import type { DialogLook, Look } from './look.ts';
import type { Note } from './notes.ts';
import type { Scenario, Tool } from './scenario.ts';
import type { Ticker } from './ticker.ts';
import type { Words } from './words.ts';

/** The moments at which hooks are called, as the preset names them. */
export type Moment = keyof NonNullable<Preset['hooks']>['events'];
/** What the hooks of a moment said in all. */
export type HookSaid = { readonly context?: string; readonly block?: string; readonly refused?: string };
export type TranscriptMoment = 'start' | 'prompt' | 'usage' | 'queued' | 'delivered';
export type Ending = { readonly code: number } | { readonly signal: number };

/** The world as a stand-in sees it. Without one of the optional ones, what it would do is left out. */
export type Ports = {
  /** To the terminal. */
  readonly write: (text: string) => void;
  readonly ticker: Ticker;
  readonly note: (note: Note) => void;
  readonly ends: (how: Ending) => void;
  readonly hook?: (moment: Moment, extras: Record<string, Json>, conversation: Conversation) => Promise<HookSaid>;
  readonly transcript?: (moment: TranscriptMoment, values: Record<string, Json>, conversation: Conversation) => void;
  /** Whether a conversation of this id is on disk. */
  readonly knows?: (id: string) => boolean;
  /** Whether the files say that this dialog is not needed. */
  readonly spared?: (dialog: DialogLook) => boolean;
  /** Starts a tool's process. */
  readonly run?: (tool: Tool, conversation: Conversation) => Running;
  /** Tells a model what was said, or how its tool ended, and brings its answer. */
  readonly think?: (conversation: Conversation, said: readonly string[]) => Promise<Thought>;
  /** A fresh id. */
  readonly newId: () => string;
};

/** A tool's process, the leader of a session of its own. `kill` ends that whole group; nothing of one that has ended. */
export type Running = { readonly pid: number | undefined; readonly ended: Promise<number>; readonly kill: () => void };

/** What a model says, and the line of shell that it wants to run first. */
export type Thought = { readonly text: string; readonly run?: string };

/** The conversation that a program is in. A fork's parent is told where its own id is not yet. */
export type Conversation = { readonly id: string; readonly parent?: string };

/** What a stand-in is made of. */
export type Make = {
  readonly preset: Preset;
  readonly look: Look;
  readonly scenario: Scenario;
  readonly words: Words;
  readonly cwd: string;
  readonly size: { readonly cols: number; readonly rows: number };
  readonly ports: Ports;
};
