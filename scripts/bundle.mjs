// Packs the command line into dist/bin: what a hook of an agent runs at every turn is one file there, since finding and linking eighty small ones takes longer
// than what they do. Everything else stays in parts that are loaded when a verb needs them (docs/decisions/0017).
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src/cli');
const target = join(root, 'dist/bin');

/** What hooks run, with all that it imports; test/unit/imports.test.ts holds the list to what is declared hot. */
const hot = new Set(JSON.parse(readFileSync(join(root, 'scripts/hot.json'), 'utf8')).map((name) => join(source, `${name}.ts`)));

/** A module finds the files beside it where tsc and the build have put them, whichever part it has come into. */
const whereItWas = {
  name: 'where-it-was',
  transform(code, id) {
    if (!id.startsWith(root) || !code.includes('import.meta.url')) return null;
    const path = relative(target, join(root, 'dist', relative(root, id).replace(/\.ts$/, '.js')));
    return { code: code.replaceAll('import.meta.url', `new URL(${JSON.stringify(path)}, import.meta.url).href`), map: null };
  },
};

export async function bundle() {
  const bundled = await rolldown({
    input: { gt: join(source, 'bin/gt.ts'), bd: join(source, 'bin/bd.ts') },
    platform: 'node',
    resolve: { conditionNames: ['gt-src'] },
    external: (id) => /^[^./#]/.test(id),
    checks: { ineffectiveDynamicImport: false },
    plugins: [whereItWas],
  });
  const { output } = await bundled.write({
    dir: target,
    format: 'esm',
    sourcemap: true,
    chunkFileNames: '[name].js',
    codeSplitting: { groups: [{ name: 'hot', test: (id) => hot.has(id) }] },
  });
  const written = new Set(output.map(({ fileName }) => fileName));
  for (const name of readdirSync(target)) if (!written.has(name)) rmSync(join(target, name));
}
