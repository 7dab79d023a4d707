import type { Change, Put } from '#core/change';
import type { Noun } from '#core/records';

/** Records of what people and agents say to each other. Of others only what was seen on a screen is somebody's words. */
const TALK: readonly Noun[] = ['message', 'letter', 'delivery', 'escalation', 'memory'];
/** Fields of prose; elsewhere a text is prose if it has a blank: ids, addresses, paths and commits have none. */
const PROSE: readonly string[] = [
  'subject',
  'head',
  'why',
  'what',
  'text',
  'body',
  'title',
  'note',
  'reason',
  'answer',
  'question',
];
/** Shorter texts hold no secret (characters). */
const LEAST = 8;

type Clean = (text: string) => string;

/** A change whose long texts, events and talk are without secrets: what `clean` makes of a text. The very same one where it holds no text. */
export function cleanChange<A>(change: Change<A>, clean: Clean): Change<A> {
  const { text, events, put } = change;
  return {
    ...change,
    put: put.map((one) => cleanPut(one, clean)),
    ...(text && { text: text.map(({ id, fields }) => ({ id, fields: every(fields, clean) })) }),
    ...(events && { events: events.map((event) => (event.data ? { ...event, data: every(event.data, clean) } : event)) }),
  };
}

function cleanPut(put: Put, clean: Clean): Put {
  if (TALK.includes(put.noun)) return { ...put, doc: prose(put.doc, clean, '') } as Put;
  if (put.noun !== 'run' && put.noun !== 'agent') return put;
  const { session } = put.doc;
  if (!session?.shows) return put;
  return { ...put, doc: { ...put.doc, session: { ...session, shows: prose(session.shows, clean, '') } } } as Put;
}

/** Every text of a flat object. */
const every = <T extends Readonly<Record<string, unknown>>>(values: T, clean: Clean): T =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length >= LEAST ? clean(value) : value,
    ]),
  ) as T;

/** The prose in a record, at any depth. */
function prose<T>(value: T, clean: Clean, name: string): T {
  if (typeof value === 'string')
    return (value.length >= LEAST && (PROSE.includes(name) || /\s/.test(value)) ? clean(value) : value) as T;
  if (Array.isArray(value)) return value.map((one) => prose(one, clean, name)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, prose(one, clean, key)])) as T;
}
