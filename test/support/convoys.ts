import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HarmedTown } from './trial.ts';

/** Convoy formulas in a town with shell agents, and what `gt formula run` says of them. */
export type Told = {
  readonly molecule: string | null;
  readonly work: string | null;
  readonly directory: string | null;
  readonly steps: ReadonlyArray<{ readonly id: string; readonly needs: readonly string[]; readonly description: string }>;
};

/** Writes a formula of the town. */
export function formula(town: HarmedTown, name: string, text: string): void {
  const folder = join(town.root, '.beads/formulas');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.formula.toml`), `formula = "${name}"\n${text}`);
}

/** Runs it on the rig `alpha`. */
export const run = (town: HarmedTown, name: string, ...words: string[]): Promise<Told> =>
  town.ask<Told>(['formula', 'run', name, '--rig', 'alpha', ...words]);

/** A block for a shell agent that writes into the file of its leg and hands that in. */
const writes = (before = '') => `
\`\`\`sh
${before}
echo "{{.leg.id}} of {{.target_description}}" > '{{.output_path}}'
"$GT_BIN" done --no-code --report '{{.output_path}}'
\`\`\`
`;

/** A convoy of legs that wait for gates of their own names; the synthesis puts two of the three together. */
export const survey = (town: HarmedTown, name: string): string => `
[inputs.pr]
type = "number"
required_unless = ["files"]
[inputs.files]
[prompts]
base = '''${writes(`while [ ! -e '${town.gate(name)}-{{.leg.id}}' ]; do sleep 0.05; done`)}'''
[output]
directory = ".reviews/{{.review_id}}"
leg_pattern = "{{.leg.id}}.md"
synthesis = "all.md"
[[legs]]
id = "style"
[[legs]]
id = "bugs"
[[legs]]
id = "docs"
[presets.quick]
legs = ["bugs"]
[synthesis]
depends_on = ["style", "bugs"]
description = '''
\`\`\`sh
cat '{{.output.directory}}/style.md' '{{.output.directory}}/bugs.md' > '{{.output.directory}}/{{.output.synthesis}}'
"$GT_BIN" done --no-code --report '{{.output.directory}}/{{.output.synthesis}}'
\`\`\`
'''
`;
