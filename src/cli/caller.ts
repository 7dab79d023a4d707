import { type Refusal, refuse } from '#core/refusals';
import { parseToken } from '#core/session-token';
import type { Caller } from '#ops/ack';
import type { Io } from './command.ts';

/** Which agent session calls, by the token in its environment. NO_SESSION for people. */
export function callerOf(io: Pick<Io, 'env'>): (Caller & { town: string }) | Refusal {
  const token = io.env['GT_SESSION'];
  if (!token) return refuse('NO_SESSION', PEOPLE);
  const parts = parseToken(token);
  return parts ? { session: parts.session, run: parts.run, token, town: parts.town } : refuse('NO_SESSION', PEOPLE);
}

const PEOPLE = { people: 'people use `gt work show <id>`' };
