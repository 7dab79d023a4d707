import type { Answer } from './answer.ts';
import type { Conversation, WireName } from './conversation.ts';

/** How one maker's programs talk to their model. Frames are whole server-sent events. */
export type Wire = {
  readonly name: WireName;
  /** Whether a POST to this path asks for an answer. */
  readonly answers: (path: string) => boolean;
  readonly read: (body: unknown, path: string) => Conversation;
  readonly frames: (answer: Answer) => readonly string[];
  /** The same answer in one piece. */
  readonly whole: (answer: Answer) => unknown;
  readonly error: (status: number, text: string) => unknown;
};

/** A server-sent event; with a name where the wire has them. */
export const sse = (data: unknown, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** How each status is named in the errors of most wires. */
export const KINDS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};
