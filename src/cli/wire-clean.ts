import { isRefusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Parsed } from './parsed.ts';

/**
 * What an agent writes down must not hold the secrets that it was given: its own call of gt knows them by its environment. Its words, and texts,
 * events and talk of its changes have stars in their place. A person's calls are left as they are.
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

/** A desk that an agent writes by without its secrets; anybody else's as it is. What it takes is loaded when something is written. */
export function deskFor(desk: Desk, env: Env): Desk {
  if (!env['GT_SESSION']) return desk;
  return {
    ...desk,
    change: (decide, first) =>
      desk.change(async (reading) => {
        const decided = await decide(reading);
        if (isRefusal(decided)) return decided;
        const { put, text = [], events = [] } = decided;
        if (put.length + text.length + events.length === 0) return decided;
        const [{ redact, secretsOf }, { cleanChange }] = await Promise.all([load(), import('#core/redact/clean-change')]);
        const secrets = secretsOf(env);
        return cleanChange(decided, (words) => redact(words, secrets));
      }, first),
  };
}
