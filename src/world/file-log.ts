import { type DestinationStream, pino } from 'pino';
import { redact } from '#core/redact/redact';
import { secretsOf } from '#core/redact/secrets';
import type { Log } from './log.ts';

/** The worker's log: one JSON line an event, on stderr, which the supervisor keeps in a file. Values of the environment that are secret are stars in it. */
export function pinoLog(stream: DestinationStream = pino.destination({ dest: 2, sync: true }), env = process.env): Log {
  const secrets = secretsOf(env);
  const log = pino({}, { write: (line: string) => stream.write(redact(line, secrets)) });
  return {
    info: (what, facts = {}) => log.info(facts, what),
    warn: (what, facts = {}) => log.warn(facts, what),
    fault: (what, fault, facts = {}) => log.error({ ...facts, err: fault }, what),
  };
}
