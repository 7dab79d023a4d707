import { existsSync, readFileSync } from 'node:fs';
import { type Preset, presetFile } from '#core/preset';
import { shippedPresets } from '#world/agents/presets';
import { type Look, lookFile, lookOf } from './look.ts';
import { type Scenario, type ScenarioInput, scenarioOf } from './scenario.ts';

/** What a stand-in's own words say; those behind them are what the real program would get. */
export type Command = {
  readonly like: string;
  readonly scenario: Scenario;
  readonly look?: string;
  readonly words: readonly string[];
};

const OPTIONS = ['--like', '--scenario', '--look'];

/** Reads the words behind `stand-in`. @throws Error with a line for the person who wrote them */
export function readCommand(given: readonly string[]): Command {
  const said = new Map<string, string>();
  let at = 0;
  for (; OPTIONS.includes(given[at] ?? ''); at += 2) said.set(given[at] ?? '', given[at + 1] ?? '');
  const scenario = readScenario(said.get('--scenario'));
  const like = said.get('--like') ?? scenario.like;
  if (like === undefined) throw new Error('It has nothing to stand in for.\nSay --like <preset>, or --like <preset file>.');
  const look = said.get('--look');
  return { like, scenario, ...(look === undefined ? {} : { look }), words: given.slice(at) };
}

/** A scenario by its file or by its JSON. @throws Error that names what is wrong */
export function readScenario(said: string | undefined): Scenario {
  if (said === undefined) return scenarioOf();
  const inline = said.trimStart().startsWith('{');
  let read: unknown;
  try {
    read = JSON.parse(inline ? said : readFileSync(said, 'utf8'));
  } catch (fault) {
    throw new Error(`The scenario cannot be read: ${(fault as Error).message}\nGive JSON, or the path of a file that holds it.`);
  }
  return scenarioOf(read as ScenarioInput);
}

/** A preset that gt ships, by name, or any, by its file; and its look. @throws Error when there is none */
export function playedBy(like: string, look?: string): { readonly preset: Preset; readonly look: Look } {
  const drawn = (name: string) => (look === undefined ? lookOf(name) : lookFile.parse(JSON.parse(readFileSync(look, 'utf8'))));
  if (like.endsWith('.json') && existsSync(like))
    return { preset: presetFile.parse(JSON.parse(readFileSync(like, 'utf8'))), look: drawn('plain') };
  const found = shippedPresets().find(({ name }) => name === like);
  if (!found) throw new Error(`There is no preset \`${like}\`.\nName one of presets/, or the path of a preset file.`);
  return { preset: found.preset, look: drawn(like) };
}
