// Packs the command line into dist/bin: what a hook of an agent runs at every turn is one file there, since finding and linking eighty small ones takes longer
// than what they do. Everything else stays in parts that are loaded when a verb needs them (docs/decisions/0017).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown, VERSION } from 'rolldown';
import { placeParts } from './place-parts.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src/cli');
const target = join(root, 'dist/bin');

const HOT = readFileSync(join(root, 'scripts/hot.json'), 'utf8');
/** What hooks run, with all that it imports; test/unit/imports.test.ts holds the list to what is declared hot. */
const hot = new Set(JSON.parse(HOT).map((name) => join(source, `${name}.ts`)));

/** A module finds the files beside it where tsc and the build have put them, whichever part it has come into. */
const whereItWas = {
  name: 'where-it-was',
  transform(code, id) {
    if (!id.startsWith(root) || !code.includes('import.meta.url')) return null;
    const path = relative(join(target, 'parts'), join(root, 'dist', relative(root, id).replace(/\.ts$/, '.js')));
    return { code: code.replaceAll('import.meta.url', `new URL(${JSON.stringify(path)}, import.meta.url).href`), map: null };
  },
};

/** What lists say of the formulas that gt ships: cooking all of them takes many times as long as a list may. */
async function knownFormulas() {
  const built = (name) => import(pathToFileURL(join(root, `dist/src/world/formulas/${name}.js`)).href);
  const [{ knownOf }, { formulaFiles }] = await Promise.all([built('describe'), built('formula-files')]);
  return JSON.stringify(knownOf(formulaFiles(undefined)));
}

/** @param id of the build: the same sources are packed into the same parts */
export async function bundle(id) {
  const known = await knownFormulas();
  const formulas = {
    name: 'formulas',
    load: (file) => (file === join(root, 'src/world/formulas/known.ts') ? `export const KNOWN = ${known};` : null),
  };
  const own = readFileSync(fileURLToPath(import.meta.url));
  const name = createHash('sha256').update([id, HOT, VERSION, known].join()).update(own).digest('hex').slice(0, 8);
  const bundled = await rolldown({
    input: { gt: join(source, 'bin/gt.ts'), bd: join(source, 'bin/bd.ts') },
    platform: 'node',
    resolve: { conditionNames: ['gt-src'] },
    external: (id) => /^[^./#]/.test(id),
    checks: { ineffectiveDynamicImport: false },
    plugins: [whereItWas, formulas],
  });
  const { output } = await bundled.generate({
    dir: target,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: `${name}/[name].js`,
    codeSplitting: { groups: [{ name: 'hot', test: (id) => hot.has(id) }] },
  });
  await bundled.close();
  for (const { type, isEntry, code, fileName } of output)
    if (type === 'chunk' && isEntry && code.includes('import.meta'))
      throw new Error(`${fileName} finds nothing beside it: it lies above its parts`);
  placeParts(
    target,
    name,
    output.map((one) => [one.fileName, one.type === 'chunk' ? one.code : one.source]),
  );
}
