import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** The name in a person's own git settings (`user.name`), read without starting git: files that they include are not followed. */
export function gitName(env: Env): string | undefined {
  const home = env['HOME'] || homedir();
  const own = env['GIT_CONFIG_GLOBAL'];
  const files =
    own === undefined ? [join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'git/config'), join(home, '.gitconfig')] : [own];
  let name: string | undefined;
  for (const file of files) name = nameIn(textOf(file)) ?? name;
  return name || undefined;
}

function nameIn(text: string): string | undefined {
  let [section, name]: [string, string | undefined] = ['', undefined];
  for (const line of text.split('\n')) {
    section = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim().toLowerCase() ?? section;
    const value = section === 'user' ? /^\s*name\s*=\s*(.*?)\s*$/i.exec(line)?.[1] : undefined;
    if (value !== undefined) name = value.replace(/^"(.*)"$/, '$1');
  }
  return name;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
