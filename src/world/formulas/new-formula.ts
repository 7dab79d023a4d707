import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placesOf } from '#core/formula/search';
import { type Refusal, refuse } from '#core/refusals';
import { sourceAt } from './read-file.ts';

/** What a formula can begin as. */
export const BEGINNINGS = ['workflow', 'expansion', 'aspect', 'convoy', 'patrol'] as const;
export type Beginning = (typeof BEGINNINGS)[number];

/** Writes a formula to begin with into a folder. @returns its file; FORMULA_EXISTS when the folder has one of that name */
export function writeFormula(folder: string, name: string, type: Beginning): string | Refusal {
  mkdirSync(folder, { recursive: true });
  const there = placesOf(name, [folder]).find((place) => sourceAt(place, [folder]));
  if (there !== undefined) return refuse('FORMULA_EXISTS', { name, file: there });
  const file = join(folder, `${name}.formula.toml`);
  try {
    writeFileSync(file, beginning(name, type), { flag: 'wx' });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    return refuse('FORMULA_EXISTS', { name, file });
  }
  return file;
}

type Begun = { readonly kind: string; readonly says: string; readonly text: string };

function beginning(name: string, type: Beginning): string {
  const { kind, says, text } = BEGUN[type];
  return `formula = "${name}"\ntype = "${kind}"\nversion = 1\ndescription = "${says}"\n${text}`;
}

const BEGUN: Readonly<Record<Beginning, Begun>> = {
  workflow: {
    kind: 'workflow',
    says: 'What this is for, in one line',
    text: `
# A value that every pour is given: {{what}} in the texts below.
[vars.what]
description = "What is to be done"
required = true

[[steps]]
id = "plan"
title = "Plan {{what}}"
description = "Say what is to be done, and how it will be seen that it is done."
acceptance = "The plan is written down"

[[steps]]
id = "build"
title = "Build {{what}}"
needs = ["plan"]
description = "Do it, and commit it."

# A step that gt does itself: a command in the worktree.
[[steps]]
id = "check"
title = "Look at what has changed"
needs = ["build"]
run = "git status --short"
repeatable = true
timeout = "1m"
`,
  },
  expansion: {
    kind: 'expansion',
    says: 'Steps that take the place of one step',
    text: `
# Name it as \`expand\` of a step, or in \`compose.expand\`. {target} is the step that it replaces.
[[template]]
id = "{target}.draft"
title = "Draft: {target.title}"
description = "{target.description}"

[[template]]
id = "{target}.refine"
title = "Refine: {target.title}"
needs = ["{target}.draft"]
`,
  },
  aspect: {
    kind: 'aspect',
    says: 'Steps around those of other formulas',
    text: `
# Name it in \`compose.aspects\` of a formula.
[[advice]]
target = "implement"

[advice.after]
id = "{step.id}-review"
title = "Review {step.title}"
description = "Read what {step.id} has made, and mend what is wrong."
`,
  },
  convoy: {
    kind: 'convoy',
    says: 'Parallel looks at one thing, and what follows from them',
    text: `
[inputs.what]
description = "What is looked at"
required = true

[[legs]]
id = "first"
title = "First look"
focus = "What is most likely wrong"
description = "Look at {{.what}} from this side."

[[legs]]
id = "second"
title = "Second look"
focus = "What everybody forgets"
description = "Look at {{.what}} from the other side."

[synthesis]
title = "Put together"
description = "Read what the legs have found, and say what is to be done."

[output]
directory = ".reviews/{{.review_id}}"
leg_pattern = "{{.leg.id}}.md"
synthesis = "summary.md"
`,
  },
  patrol: {
    kind: 'workflow',
    says: 'What is looked at again and again',
    text: `phase = "vapor"
pour = true

[[steps]]
id = "look"
title = "Look around"
description = "See what has changed since the last time."

[[steps]]
id = "act"
title = "Do what is due"
needs = ["look"]

[[steps]]
id = "report"
title = "Say what was seen"
needs = ["act"]
`,
  },
};
