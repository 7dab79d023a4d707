import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { readText, syncFolder, writeWhole } from '#world/config/json-file';
import { withFileLock } from '#world/processes/pid-file';

const BYTES = 32;
const WHOLE = /^[0-9a-f]{64}$/;

/** What lies where the town's secret should be. Another text than gt draws is damaged: of half a secret nobody knows how long it is. */
export type SecretFound = { readonly secret: string } | { readonly lost: 'missing' | 'empty' | 'damaged' };

export function lookAtSecret(file: string): SecretFound {
  const text = readText(file)?.trim();
  if (text !== undefined && WHOLE.test(text)) return { secret: text };
  return { lost: text === undefined ? 'missing' : text === '' ? 'empty' : 'damaged' };
}

/**
 * The town's secret, readable by its owner alone. One that is missing or was lost (a power cut may leave its file empty) is drawn anew, by one of all who find it
 * so at once, and is on the disk before anybody has it: tokens made of an empty one anybody could make. @param drawn is told by the one who drew it, with what
 * was found
 */
export async function townSecret(file: string, drawn: (lost: 'missing' | 'empty' | 'damaged') => void): Promise<string> {
  const found = lookAtSecret(file);
  if ('secret' in found) return found.secret;
  mkdirSync(dirname(file), { recursive: true });
  return withFileLock(file, () => {
    const now = lookAtSecret(file);
    if ('secret' in now) return now.secret;
    const secret = randomBytes(BYTES).toString('hex');
    writeWhole(file, secret, { mode: 0o600 });
    syncFolder(dirname(file));
    drawn(now.lost);
    return secret;
  });
}

/**
 * The token of a session: made of the secret, never drawn. Books that were cut back to an earlier instant give a session the same token again, so an
 * agent that lives is heard as before.
 */
export function sessionToken(town: string, secret: string, session: string): string {
  return `${town}.${session}.${createHmac('sha256', secret).update(session).digest('hex').slice(0, 32)}`;
}
