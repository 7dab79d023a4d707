import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readText, writeNew, writeWhole } from '#world/config/json-file';

/** The town's secret, made once, readable by its owner alone. */
export function townSecret(file: string): string {
  const known = readText(file)?.trim();
  if (known) return known;
  // It appears whole: an empty one would let anybody make tokens.
  const write = known === '' ? writeWhole : writeNew;
  write(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/**
 * The token of a session: made of the secret, never drawn. Books that were cut back to an earlier instant give a session the same token again, so an
 * agent that lives is heard as before.
 */
export function sessionToken(town: string, secret: string, session: string): string {
  return `${town}.${session}.${createHmac('sha256', secret).update(session).digest('hex').slice(0, 32)}`;
}
