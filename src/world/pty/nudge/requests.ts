/** What a client may ask about nudges. */

import type { Args } from '#world/pty/request-args';
import { bad, idOf, numberOf, textOf } from '#world/pty/request-args';
import type { Request } from '#world/pty/requests';
import type { Mode } from './asked.ts';
import type { NudgeOrder } from './nudge.ts';

const NUDGE_ID = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,99}$/;
const MODES: readonly string[] = ['wait-idle', 'queue', 'immediate'];
const KEY_LIMIT = 200;
/** Largest text of a nudge, in bytes. */
const TEXT_LIMIT = 1 << 20;
/** A nudge that names no end is given up after a day, ms. */
const LONGEST = 86_400_000;

function nudgeOf(args: Args): string {
  const nudge = textOf(args['nudge'], 'nudge');
  if (!NUDGE_ID.test(nudge)) throw bad(`\`${nudge.slice(0, 120)}\` is no id of a nudge`);
  return nudge;
}

function orderOf(args: Args, input: Buffer, now: number): NudgeOrder {
  const { mode, key, expiresAt, program } = args;
  if (typeof mode !== 'string' || !MODES.includes(mode)) throw bad(`\`mode\` must be one of ${MODES.join(', ')}`);
  if (input.length > TEXT_LIMIT) throw bad(`a nudge of ${input.length} bytes is larger than ${TEXT_LIMIT}`);
  if (key !== undefined && textOf(key, 'key').length > KEY_LIMIT) throw bad(`\`key\` is longer than ${KEY_LIMIT}`);
  const until = expiresAt === undefined ? now + LONGEST : numberOf(expiresAt, 'expiresAt', 0, Number.MAX_SAFE_INTEGER);
  return {
    nudge: nudgeOf(args),
    session: idOf(args),
    text: input.toString('utf8'),
    mode: mode as Mode,
    ...(key !== undefined && { key: String(key) }),
    expiresAt: Math.min(until, now + LONGEST),
    data: program,
  };
}

/** Requests of the feature `nudge`. */
export const NUDGE_REQUESTS: Readonly<Record<string, Request>> = {
  nudge: {
    right: 'change',
    run: (args, { nudges, input, now }) => nudges.nudge(orderOf(args, input, now())),
  },
  'nudge-ack': { right: 'change', run: (args, { nudges }) => nudges.ack(nudgeOf(args)) },
  withdraw: { right: 'change', run: (args, { nudges }) => nudges.withdraw(nudgeOf(args)) },
  nudges: { right: 'read', run: (args, { nudges }) => nudges.list(args['id'] === undefined ? undefined : idOf(args)) },
  look: { right: 'read', run: (args, { nudges }) => nudges.look(idOf(args), args['screen'] ?? {}) },
};
