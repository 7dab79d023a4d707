import type { Preset } from '#core/preset';
import type { Asked } from '#world/model-server/server';
import type { Exit } from '#world/pty/host';
import type { Looked, NudgeResult } from '#world/pty/nudge/asked';

/** A session of the program that is tried. */
export type Seat = {
  readonly id: string;
  /** What its GT_SESSION is. */
  readonly token: string;
  /** The conversation's id, where the program took one from gt. */
  readonly conversation?: string;
  /** A first prompt that the program does not take with its words: it has to be typed. */
  readonly typed?: string;
};

/** How a session begins. `id` is the conversation that goes on or is forked. */
export type Beginning = { readonly mode: 'fresh' | 'resume' | 'fork'; readonly id?: string; readonly prompt?: string };

/** What is to be seen of a session: its screen, judged by the preset, until it has ended. */
export type Sight = { readonly exit: Exit } | (Looked & { readonly exit?: undefined });

/** A call of `gt` that a hook or a tool made. */
export type GtCall = {
  /** The words, joined by blanks. */
  readonly words: string;
  /** GT_SESSION and the directory in which it was made. */
  readonly token: string;
  readonly cwd: string;
  /** What a hook was told. */
  readonly input: string;
  /** When it was made, by the ground's clock. */
  readonly at: number;
};

/** Where an agent's program is tried: a folder, a PTY host, a model server, and a `gt` that only writes down how it is called. */
export type ProvingGround = {
  /** As the program is started here: pointed at the model server, where the preset tells how. */
  readonly preset: Preset;
  /** The program's directory. */
  readonly worktree: string;
  /** ms, from any beginning. */
  now(): number;
  pause(ms: number): Promise<void>;
  /** Undefined when the preset has no words for it. */
  begin(how: Beginning): Promise<Seat | undefined>;
  look(seat: Seat): Promise<Sight>;
  /** Types a text and sends it, as the town does. @param limitMs how long it may wait before it is typed */
  nudge(seat: Seat, text: string, mode: 'wait-idle' | 'immediate', limitMs: number): Promise<NudgeResult>;
  write(seat: Seat, text: string): Promise<void>;
  /** TERM, and after the grace KILL, for all that it started. */
  end(seat: Seat, graceMs: number): Promise<Exit | undefined>;
  /** Every call of `gt` so far, in order. */
  calls(): readonly GtCall[];
  /** What the model was asked, the side calls left out. */
  asked(): readonly Asked[];
  /** What was asked that no model answers, or that lies beyond this machine. */
  beyond(): readonly string[];
  /** The id that the program gave a conversation, by its own files. */
  conversationOf(): string | undefined;
};
