import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { importsOf, ROOT } from './tidy.ts';

type Read = (file: string) => string | undefined;

const readSource: Read = (file) => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : undefined);

/**
 * The packages that loading `file` (path from the root) loads, each as the way to it: `src/a.ts > src/b.ts > zod`. Imports of types, and imports that
 * happen later (`import()`), load nothing; Node's own modules are no packages. Throws when an import leads to a file that is not there.
 */
export const packagesReached = (file: string, read: Read = readSource): string[] => reachedFrom(file, read).packages;

/** The source files that loading `file` loads, itself among them. */
export const sourcesReached = (file: string): string[] => reachedFrom(file, readSource).sources;

function reachedFrom(file: string, read: Read): { packages: string[]; sources: string[] } {
  const seen = new Set<string>();
  const reached: string[] = [];
  const walk = (at: string, way: readonly string[]): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const text = read(at);
    if (text === undefined) throw new Error(`no such file: ${[...way, at].join(' > ')}`);
    for (const { specifier, typeOnly, later } of importsOf(text)) {
      if (typeOnly || later || specifier.startsWith('node:')) continue;
      const source = sourceOf(specifier, at);
      if (source) walk(source, [...way, at]);
      else reached.push([...way, at, specifier].join(' > '));
    }
  };
  walk(file, []);
  return { packages: reached, sources: [...seen] };
}

/** The source file behind a specifier, or undefined for a package. */
function sourceOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (!specifier.startsWith('#')) return undefined;
  const [floor = '', ...rest] = specifier.slice(1).split('/');
  return `${['queues', 'processors'].includes(floor) ? '' : 'src/'}${floor}/${rest.join('/')}.ts`;
}
