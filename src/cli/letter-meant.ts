import { nearest, orList } from '#core/nearest';
import { type Refusal, refuse } from '#core/refusals';
import { inbox, mailMeant } from '#views/mail';
import type { OpenTown } from './wire.ts';

/** Letters among which those are looked for that somebody may have meant. */
const LOOKED = 100;

/** The mail that is meant in a mailbox, by its number or its id. MAIL_UNKNOWN names the nearest that lie there. */
export async function letterMeant(
  { desk }: OpenTown,
  { mailbox, of }: { readonly mailbox: string; readonly of: string },
  said: string,
): Promise<string | Refusal> {
  const id = await mailMeant(desk.books, mailbox, said);
  if (id !== undefined) return id;
  const { letters } = await inbox(desk.books, mailbox, { which: 'all', count: LOOKED });
  const meant = /^-?\d+$/.test(said)
    ? []
    : nearest(
        said,
        letters.map(({ message }) => message),
      );
  const hint = meant.length > 0 ? `Did you mean ${orList(meant)}? ` : '';
  return refuse('MAIL_UNKNOWN', { id: said, box: of, hint: `${hint}\`gt mail inbox --all\` shows all.` });
}
