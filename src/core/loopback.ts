import type { Fields } from './agents.ts';
import { fill, fillAll } from './places.ts';
import type { Preset } from './preset.ts';

/** What must be said over an agent so that it asks the model server at `api` and nobody else; undefined when its preset does not tell how. */
export function onLoopback({ loopback, args, files, env }: Preset, api: string): Fields | undefined {
  if (!loopback) return undefined;
  const places = { api };
  return {
    env: { ...env, ...fillAll(loopback.env, places) },
    args: [...args, ...loopback.args.map((word) => fill(word, places))],
    files: [...files, ...fillAll(loopback.files, places)],
  };
}
