// What tells two builds apart whose books have other indexes: a digest of what decides in which of them a record stands, and of nothing else. It is packed as a
// program of its own for that: a remark, a name, or a refusal in a file beside it makes no worker look through all records again (src/daemon/reindex.ts).
import { createHash } from 'node:crypto';
import { rolldown } from 'rolldown';

const ENTRY = 'what-stands-where';
const DEFINITIONS = `export { standingOf } from '#core/derive';
export { molAgentOf } from '#core/molecule/place';`;

/** Eight hex digits. @param inDist where in dist `#core/x` lies */
export async function indexId(inDist) {
  const definitions = {
    name: ENTRY,
    resolveId: (name) => (name === ENTRY ? name : name.startsWith('#') ? inDist(name) : null),
    load: (id) => (id === ENTRY ? DEFINITIONS : null),
  };
  const packed = await rolldown({
    input: { [ENTRY]: ENTRY },
    external: (id) => id !== ENTRY && /^[^./#]/.test(id),
    plugins: [definitions],
    // No module of core does anything when it is loaded.
    treeshake: { moduleSideEffects: false },
  });
  const { output } = await packed.generate({ format: 'esm', minify: true });
  await packed.close();
  return createHash('sha256').update(output[0].code).digest('hex').slice(0, 8);
}
