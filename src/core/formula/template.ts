/** The part of Go's text templates that convoy formulas use: `{{.a.b}}`, `{{.}}`, `{{if .x}} {{else}} {{end}}`, `{{range .xs}} {{end}}`. */

type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'field'; readonly path: readonly string[] }
  | {
      readonly is: 'if' | 'range';
      readonly path: readonly string[];
      readonly body: readonly Piece[];
      readonly otherwise: readonly Piece[];
    };

export type Template = readonly Piece[];

/** A template that is not understood: the line of its text (from 1), and why. */
export type TemplateFault = { readonly line: number; readonly says: string };

type Open = {
  readonly block: 'if' | 'range';
  readonly path: readonly string[];
  readonly line: number;
  body: Piece[];
  otherwise?: Piece[];
};

/** Reads a template. */
export function parseTemplate(text: string): { template: Template } | { fault: TemplateFault } {
  const top: Piece[] = [];
  const open: Open[] = [];
  const put = (piece: Piece): void => {
    const inner = open.at(-1);
    (inner ? (inner.otherwise ?? inner.body) : top).push(piece);
  };
  let at = 0;
  let trim = false;
  for (const found of text.matchAll(/\{\{(- )?(.*?)( -)?\}\}/gs)) {
    const before = text.slice(at, found.index);
    const line = text.slice(0, found.index).split('\n').length;
    const left = trim ? before.trimStart() : before;
    put({ is: 'text', text: found[1] ? left.trimEnd() : left });
    at = found.index + found[0].length;
    trim = found[3] !== undefined;
    const says = action((found[2] ?? '').trim(), line, open, put);
    if (says !== undefined) return { fault: { line, says } };
  }
  const rest = text.slice(at);
  if (rest.includes('{{'))
    return { fault: { line: text.slice(0, at + rest.indexOf('{{')).split('\n').length, says: '`{{` is not closed' } };
  put({ is: 'text', text: trim ? rest.trimStart() : rest });
  const left = open.at(-1);
  if (left) return { fault: { line: left.line, says: `\`{{${left.block}}}\` has no \`{{end}}\`` } };
  return { template: top };
}

/** Does what one pair of braces says; answers what is wrong with it. */
function action(word: string, line: number, open: Open[], put: (piece: Piece) => void): string | undefined {
  const [, block, written = ''] = /^(?:(if|range)\s+)?(\.|(?:\.[A-Za-z_]\w*)+)$/.exec(word) ?? [];
  const path = written.split('.').filter((part) => part !== '');
  if (block === 'if' || block === 'range') open.push({ block, path, line, body: [] });
  else if (written !== '') put({ is: 'field', path });
  else if (word === 'else') {
    const last = open.at(-1);
    if (!last || last.otherwise) return '`{{else}}` belongs to no `{{if}}`';
    last.otherwise = [];
  } else if (word === 'end') {
    const last = open.pop();
    if (!last) return '`{{end}}` ends nothing';
    put({ is: last.block, path: last.path, body: last.body, otherwise: last.otherwise ?? [] });
  } else return `\`{{${word}}}\` is not understood: write {{.name}}, {{if .name}}, {{range .name}}, {{else}} or {{end}}`;
  return undefined;
}

/** The text with its fields filled in; one that is missing is empty. */
export function render(template: Template, data: unknown): string {
  return template.map((piece) => renderPiece(piece, data)).join('');
}

function renderPiece(piece: Piece, data: unknown): string {
  if (piece.is === 'text') return piece.text;
  const value = piece.path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined,
    data,
  );
  if (piece.is === 'field') return shown(value);
  if (piece.is === 'if') return render(isSet(value) ? piece.body : piece.otherwise, data);
  return Array.isArray(value) && value.length > 0
    ? value.map((one) => render(piece.body, one)).join('')
    : render(piece.otherwise, data);
}

/** Not zero, and not empty. */
function isSet(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
