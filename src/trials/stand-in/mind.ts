import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { list, plain, string } from '#world/model-server/conversation';
import { pathOf, type Site } from './files.ts';
import type { Conversation, Thought } from './ports.ts';
import type { Tool, Turn } from './scenario.ts';

type Message = { readonly role: 'user' | 'assistant'; readonly content: unknown };
const TOOL = { name: 'Bash', input_schema: { type: 'object', properties: { command: { type: 'string' } } } };

/**
 * Asks the model server to which the preset's `loopback` points, over one wire for all presets; what was said is kept with the program's files, so that a
 * conversation goes on in another process.
 */
export function mindOf(site: Site): (conversation: Conversation, said: readonly string[]) => Promise<Thought> {
  let messages: Message[] | undefined;
  let call: string | undefined;
  return async ({ id, parent }, said) => {
    messages ??= remembered(site, id) ?? (parent === undefined ? undefined : remembered(site, parent)) ?? [];
    const content =
      call === undefined
        ? said.map((text) => ({ type: 'text', text }))
        : [{ type: 'tool_result', tool_use_id: call, content: said.join('\n') }];
    messages.push({ role: 'user', content });
    const answer = list(await ask(apiOf(site), messages));
    messages.push({ role: 'assistant', content: answer });
    keep(site, id, messages);
    const blocks = answer.map(plain);
    const tool = blocks.find(({ type }) => type === 'tool_use');
    call = tool && string(tool['id']);
    const text = blocks.map((block) => string(block['text'])).join('');
    return { text, ...(tool ? { run: string(plain(tool['input'])['command']) } : {}) };
  };
}

async function ask(api: string, messages: readonly Message[]): Promise<unknown> {
  const body = JSON.stringify({ model: 'stand-in', stream: false, tools: [TOOL], messages });
  const answer = await fetch(`${api}/v1/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return plain(await answer.json())['content'];
}

/** The address that a variable or a file of the preset's `loopback` brought. @throws Error when none did */
function apiOf(site: Site): string {
  const { env = {}, files = [] } = site.preset.loopback ?? {};
  const said = Object.keys(env).flatMap((name) => (env[name]?.includes('{api}') ? [site.env[name] ?? ''] : []));
  const written = files
    .map(({ path }) => pathOf(site, path))
    .flatMap((path) => (path && existsSync(path) ? [readFileSync(path, 'utf8')] : []));
  const found = [...said, ...written].map((text) => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]).find((one) => one !== undefined);
  if (found === undefined) throw new Error('nothing tells the address of a model server');
  return found;
}

const memory = (site: Site, id: string): string => pathOf(site, '{config}/stand-in/{id}.json', id) ?? '';

function remembered(site: Site, id: string): Message[] | undefined {
  const path = memory(site, id);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Message[]) : undefined;
}

function keep(site: Site, id: string, messages: readonly Message[]): void {
  const path = memory(site, id);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(messages));
}

/** The tools of a turn: those of the scenario, then those that a model calls, whose last words become the turn's answer. */
export async function* toolsOf(
  play: Turn,
  texts: readonly string[],
  think: (said: readonly string[]) => Promise<Thought | undefined>,
): AsyncGenerator<Tool> {
  yield* play.tools;
  for (let thought = await think(texts); thought; thought = await think(['It has ended.'])) {
    play.answer = thought.text;
    if (thought.run === undefined) return;
    yield { name: TOOL.name, run: thought.run, background: false, ms: 0, asks: false };
  }
}
