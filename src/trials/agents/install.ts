import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Preset } from '#core/preset';
import { isProgram } from '#world/processes/programs';

/** An agent's program as npm installed it: folders for PATH, and the version that is there. */
export type Installed = { readonly bin: string; readonly version: string };

/** Some programs want a newer Node than gt; all were measured with this one. */
const NODE = 'node@22';
const NODE_MAJOR = 22;
const LIMIT_MS = 600_000;

/** Where the programs are kept from one run to the next: some hundred MB each. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gt', 'agents');

/** Installs the version that the preset names, unless the cache has it. @returns why not, in words, when npm could not */
export async function installAgent(name: string, { install, command }: Preset, cache: string): Promise<Installed | string> {
  if (!install?.npm || !install.version) return 'its preset names no npm package';
  const folder = join(cache, `${name}-${install.version}`);
  const bin = join(folder, 'node_modules', '.bin');
  const stamp = join(folder, '.installed');
  const ownNode = install.node !== undefined && Number(process.versions.node.split('.')[0]) < NODE_MAJOR;
  if (!existsSync(stamp)) {
    mkdirSync(folder, { recursive: true });
    const packages = [`${install.npm}@${install.version}`, ...(ownNode ? [NODE] : [])];
    const fault = await npm(folder, packages);
    if (fault !== undefined) return fault;
    if (!isProgram(join(bin, command))) return `npm installed ${install.npm}, but there is no program \`${command}\` in it`;
    writeFileSync(stamp, `${packages.join('\n')}\n`);
  }
  return { bin, version: versionIn(join(folder, 'node_modules', install.npm)) };
}

function versionIn(folder: string): string {
  return String((JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }).version);
}

/** @returns undefined when it worked, else the end of what npm said */
function npm(folder: string, packages: readonly string[]): Promise<string | undefined> {
  // The programs unpack themselves by their install scripts, whatever the person's settings are otherwise.
  const flags = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1'];
  return new Promise((resolve) => {
    const child = spawn('npm', ['install', '--prefix', folder, ...flags, ...packages], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.on('data', (bytes) => {
      said = `${said}${bytes}`.slice(-2000);
    });
    child.once('error', (fault) => resolve(`npm could not be run: ${fault.message}`));
    child.once('close', (code) => resolve(code === 0 ? undefined : `npm ended with ${code}: ${said.trim()}`));
  });
}
