import type { Change } from '#core/change';
import { isRefusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Parsed } from './parsed.ts';

/**
 * What an agent writes down must not hold the secrets that it was given: its own call of gt knows them by its environment. Its words and the long texts and
 * events of its changes have stars in their place. A person's calls are left as they are.
 */
type Env = Readonly<Record<string, string | undefined>>;

/** Shorter texts hold no secret (characters). */
const LEAST = 8;
/** Options that name a file: a path is no text. */
const PATHS: readonly string[] = ['path', 'file', 'dir'];

const load = async () => {
  const [{ redact }, { secretsOf }] = await Promise.all([import('#core/redact/redact'), import('#core/redact/secrets')]);
  return { redact, secretsOf };
};

/** An agent's words without its secrets; anybody else's as they are. */
export async function cleanWords(
  parsed: Parsed,
  options: ReadonlyArray<{ readonly name: string; readonly value?: string }>,
  env: Env,
): Promise<Parsed> {
  const { args, opts } = parsed;
  const texts = [...Object.values(args), ...Object.values(opts)].flat();
  if (!env['GT_SESSION'] || !texts.some((text) => typeof text === 'string' && text.length >= LEAST)) return parsed;
  const { redact, secretsOf } = await load();
  const secrets = secretsOf(env);
  const clean = <T>(value: T): T =>
    (typeof value === 'string' ? redact(value, secrets) : Array.isArray(value) ? value.map(clean) : value) as T;
  const paths = new Set(options.flatMap(({ name, value }) => (PATHS.includes(value ?? '') ? [name] : [])));
  const free = Object.entries(opts).map(([name, value]) => [name, paths.has(name) ? value : clean(value)] as const);
  return {
    ...parsed,
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, clean(value)])),
    opts: Object.fromEntries(free),
  };
}

/** A desk whose long texts and events are without an agent's secrets. */
export function cleanDesk(desk: Desk, env: Env): Desk {
  if (!env['GT_SESSION']) return desk;
  return {
    ...desk,
    change: (decide, first) =>
      desk.change(async (reading) => {
        const decided = await decide(reading);
        return isRefusal(decided) ? decided : cleanChange(decided, env);
      }, first),
  };
}

async function cleanChange<A>(change: Change<A>, env: Env): Promise<Change<A>> {
  const { text, events } = change;
  const said = events?.some(({ data }) =>
    Object.values(data ?? {}).some((value) => typeof value === 'string' && value.length >= LEAST),
  );
  if (!text?.length && !said) return change;
  const { redact, secretsOf } = await load();
  const secrets = secretsOf(env);
  const clean = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? redact(value, secrets) : value]),
    );
  return {
    ...change,
    ...(text && { text: text.map(({ id, fields }) => ({ id, fields: clean(fields) as Record<string, string> })) }),
    ...(events && { events: events.map((event) => (event.data ? { ...event, data: clean(event.data) } : event)) }),
  };
}
