import type { Settings } from '#core/settings';

/** How an agent program is started: data. `{runner}` is the path of gt's own runner beside this file. */
export type Preset = { readonly command: string; readonly args: readonly string[] };

const BUILT_IN: { readonly [name: string]: Preset } = {
  /** Runs the fenced sh block of the item: no model needed. */
  shell: { command: '/bin/sh', args: ['{runner}'] },
};

/** The names that a person may ask for. */
export const presetNames = (agents: Settings['agents']): string[] =>
  [...new Set([...Object.keys(BUILT_IN), ...Object.keys(agents)])].sort();

/** A preset by name: the settings' own before the built-in; undefined when there is none. */
export function presetOf(name: string, agents: Settings['agents']): Preset | undefined {
  const own = agents[name];
  const built = BUILT_IN[name];
  if (!own) return built;
  const command = own.command ?? built?.command;
  return command ? { command, args: own.args ?? built?.args ?? [] } : undefined;
}
