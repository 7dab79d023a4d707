import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readText } from '#world/config/json-file';

/** The town's secret, made once, readable by its owner alone. */
export function townSecret(file: string): string {
  const known = readText(file)?.trim();
  if (known) return known;
  // It appears whole: an empty one, left by a kill, would let anybody make tokens.
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  try {
    if (known === '') renameSync(draft, file);
    else linkSync(draft, file);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8').trim();
}

/**
 * The token of a session: made of the secret, never drawn. Books that were cut back to an earlier instant give a session the same token again, so an
 * agent that lives is heard as before.
 */
export function sessionToken(town: string, secret: string, session: string): string {
  return `${town}.${session}.${createHmac('sha256', secret).update(session).digest('hex').slice(0, 32)}`;
}
