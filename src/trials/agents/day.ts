import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preset } from '#core/preset';
import { townLayout } from '#world/config/layout';
import { startModelServer } from '#world/model-server/server';
import { type Check, DAY } from './day-checks.ts';
import { dayMind, FORMULA, STEPS } from './day-mind.ts';
import { Day } from './day-town.ts';
import { Evidence, hooksIn, TerminalRecord } from './evidence.ts';
import type { Installed } from './install.ts';
import { startProxy } from './proxy.ts';
import { openShop, townFor } from './town.ts';

type Say = (line: string) => void;

/** What the owner has in the shell in place of a token: no program of the town may ask whether to use it. */
const KEY = { ANTHROPIC_API_KEY: 'a-key-that-only-loopback-takes' };

/** The preset without the token that a program on loopback is given else. */
function byKey(preset: Preset): Preset {
  if (!preset.loopback) return preset;
  const { ANTHROPIC_AUTH_TOKEN: _, ...env } = preset.loopback.env;
  return { ...preset, loopback: { ...preset.loopback, env } };
}

/** The steps of the item, one after the other. */
function writeFormula(root: string): void {
  const steps = STEPS.map((id, index) => {
    const needs = index === 0 ? '' : `needs = ["${STEPS[index - 1]}"]\n`;
    return `[[steps]]\nid = "${id}"\ntitle = "Make the ${id}"\n${needs}description = "What ${id} is about."\n`;
  });
  const folder = join(root, 'formulas');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${FORMULA}.formula.toml`), `formula = "${FORMULA}"\nversion = 1\n\n${steps.join('\n')}`);
}

/**
 * A day in one town with the real program as its mayor and its polecats: each check is a moment of it, and begins where the one before it ended.
 * @returns what did not hold
 */
export async function spendDay(
  name: string,
  preset: Preset,
  installed: Installed,
  { folder, say }: { folder: string; say: Say },
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const evidence = new Evidence(folder);
  let mail = (): void => undefined;
  const mailed = new Promise<void>((resolve) => {
    mail = resolve;
  });
  const model = await startModelServer({
    scripts: { default: dayMind(mailed) },
    log: (one) => evidence.line('model.jsonl', one),
  });
  const proxy = await startProxy();
  const town = townFor(proxy, installed, KEY);
  const day = new Day(town, model, preset, folder);
  let record: TerminalRecord | undefined;
  try {
    await openShop(town, { name, preset: byKey(preset), model }, { agent: name });
    writeFormula(town.root);
    record = await TerminalRecord.open(town.root, join(folder, 'terminal.bin'));
    const lacks = await inOrder(DAY, day, mail, say);
    for (const leak of new Set(proxy.attempts)) lacks.push(`it asked for something beyond loopback: ${leak}`);
    return lacks;
  } catch (fault) {
    return [`the day could not begin: ${wordsOf(fault)}`];
  } finally {
    await day.close();
    await record?.close();
    const config = townLayout(town.root).agentConfig(name);
    for (const hook of hooksIn(join(config, 'projects'))) evidence.line('hooks.jsonl', hook);
    await evidence.keep(town, config);
    await town.end();
    await model.close();
    await proxy.close();
  }
}

/** A check that breaks off leaves nothing for those after it to begin with. */
async function inOrder(checks: readonly Check[], day: Day, mail: () => void, say: Say): Promise<string[]> {
  const lacks: string[] = [];
  let isBroken = false;
  for (const { title, run } of checks) {
    const began = performance.now();
    const tried = isBroken ? undefined : await run(day, mail).catch(wordsOf);
    if (typeof tried === 'string') isBroken = true;
    const missing = typeof tried === 'string' ? [tried] : (tried ?? ['not reached']);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`  ${missing.length === 0 ? `holds (${seconds} s)` : tried ? 'DOES NOT HOLD' : 'NOT REACHED'}: ${title}`);
    lacks.push(...missing.map((one) => `${title}: ${one}`));
  }
  return lacks;
}

const wordsOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
