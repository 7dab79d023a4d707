import { type DestinationStream, pino } from 'pino';
import type { Log } from './log.ts';

/** The worker's log: one JSON line an event, on stderr, which the supervisor keeps in a file. */
export function pinoLog(stream?: DestinationStream): Log {
  const log = stream ? pino(stream) : pino({}, pino.destination({ dest: 2, sync: true }));
  return {
    info: (what, facts = {}) => log.info(facts, what),
    warn: (what, facts = {}) => log.warn(facts, what),
    fault: (what, fault, facts = {}) => log.error({ ...facts, err: fault }, what),
  };
}
