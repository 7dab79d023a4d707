import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tidy.ts';

/** What docker-compose.yml says of its Redis. Reads the little YAML that the file uses: one key a line, lists in brackets. */
export function composedRedis(text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) {
  const list = (key: string): string[] => {
    const found = [...text.matchAll(new RegExp(`^ +${key}:\\s*(\\[[^\\]]*\\])$`, 'gm'))];
    if (found.length !== 1) throw new Error(`docker-compose.yml has ${found.length} lists called ${key}`);
    // Long lists are laid out over several lines, with a comma after the last.
    return JSON.parse((found[0]?.[1] ?? '[]').replace(/,\s*\]$/, ']')) as string[];
  };
  const services = [...text.matchAll(/^ {2}(\w[\w-]*):$/gm)].map((match) => match[1]);
  return {
    services,
    command: list('command'),
    ports: list('ports'),
    volumes: list('volumes'),
    image: /^ +image: (\S+)$/m.exec(text)?.[1],
  };
}
