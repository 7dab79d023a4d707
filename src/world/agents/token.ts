import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** The town's secret, made once, readable by its owner alone. */
export function townSecret(file: string): string {
  try {
    const fd = openSync(file, 'wx', 0o600);
    writeSync(fd, randomBytes(32).toString('hex'));
    closeSync(fd);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
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
