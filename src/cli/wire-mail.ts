import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { addressOf, isCurrent, lineOf, stale } from '#core/holder';
import { MAIL_BYTES } from '#core/limits';
import { mailboxOf, OVERSEER } from '#core/mail';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type Ground, mailboxOfAddress } from '#ops/addressees';
import type { Looking } from '#ops/file-letters';
import { holderOf } from '#ops/holder-of';
import { callerOf } from './caller.ts';
import type { Io } from './command.ts';
import { readPiped } from './stdin.ts';
import type { OpenTown, Patience } from './wire.ts';
import { openRigs } from './wire-rigs.ts';

/** Who writes, and whose mailbox is looked into. */

/** An agent's mail outlives a restart of Redis, a person is told soon. */
export const patienceOf = (io: Io): Patience => ({ wait: io.env['GT_SESSION'] ? 'agent' : 'person' });

/** Who writes: the agent of the session whose token the call has, else the person. */
export async function writerOf(town: OpenTown, io: Io): Promise<{ from: string; fromLine?: string } | Refusal> {
  if (!io.env['GT_SESSION']) return { from: OVERSEER };
  const caller = callerOf(io);
  if (isRefusal(caller)) return caller;
  const holder = await holderOf(town.desk.books, caller.run);
  if (!holder || !isCurrent(holder, caller.token)) return stale(holder, caller.session);
  return { from: addressOf(holder), fromLine: lineOf(holder) };
}

/** What addresses are read against: the town's rigs, its groups, and the name of this machine. */
export async function groundOf(town: OpenTown): Promise<Ground | Refusal> {
  const all = await openRigs(town);
  if (isRefusal(all)) return all;
  const { loadTownSettings } = await import('#world/config/settings');
  const loaded = loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  const rigs = all.rigs.map(({ name, file }) => ({ name, prefix: file.beads.prefix }));
  return { rigs, machine: hostname(), groups: loaded.settings.groups };
}

/** The mailbox that a call is about: an agent's own; the person's, or that of the address which the person names. */
export async function mailboxHere(
  town: OpenTown,
  io: Io,
  named: string | undefined,
): Promise<(Looking & { readonly of: string }) | Refusal> {
  const writer = await writerOf(town, io);
  if (isRefusal(writer)) return writer;
  const { from, fromLine } = writer;
  const own = { mailbox: mailboxOf({ box: from, line: fromLine }), isOwn: true, of: from };
  if (named === undefined) return own;
  const other = await mailboxNamed(town, named);
  if (isRefusal(other) || other.mailbox === own.mailbox) return isRefusal(other) ? other : own;
  if (fromLine !== undefined)
    return refuse('USAGE', {
      what: `The mailbox of ${named} is not yours.`,
      hint: 'Without an address it is your own: `gt mail inbox`.',
    });
  return other;
}

async function mailboxNamed(town: OpenTown, named: string): Promise<(Looking & { readonly of: string }) | Refusal> {
  const ground = await groundOf(town);
  if (isRefusal(ground)) return ground;
  const { books } = town.desk;
  // The mail of an item stays with it when its polecat has gone.
  if (await books.read('work', named)) return { mailbox: named, isOwn: false, of: named };
  const found = await mailboxOfAddress({ books, ...ground }, named);
  return isRefusal(found) ? found : { mailbox: mailboxOf(found), isOwn: false, of: found.box };
}

/** The text of a mail: from words, a file, or what is piped in. */
export async function mailTextOf(
  { text, file, stdin }: { text: string | undefined; file: string | undefined; stdin: boolean },
  io: Io,
): Promise<string | Refusal> {
  if ([text !== undefined, file !== undefined, stdin].filter(Boolean).length > 1)
    return refuse('USAGE', { what: 'There are two texts.', hint: 'Give it in words, with --file, or with --stdin.' });
  if (stdin || text === '-' || file === '-') return readPiped(io);
  if (file === undefined) return text ?? '';
  const path = resolve(io.cwd, file);
  try {
    const { size } = statSync(path);
    return size > MAIL_BYTES ? refuse('MAIL_TOO_LARGE', { bytes: size, limit: MAIL_BYTES }) : readFileSync(path, 'utf8');
  } catch (fault) {
    return refuse('USAGE', {
      what: `${file} cannot be read (${(fault as NodeJS.ErrnoException).code}).`,
      hint: 'Give the path of a text file, or - for stdin.',
    });
  }
}

/** A text that an agent gives in a file or a pipe, without its secrets: its subject and its beginning are kept in records. Words of a call are clean already. */
export async function withoutSecrets(text: string, io: Io): Promise<string> {
  if (!io.env['GT_SESSION']) return text;
  const [{ redact }, { secretsOf }] = await Promise.all([import('#core/redact/redact'), import('#core/redact/secrets')]);
  return redact(text, secretsOf(io.env));
}
