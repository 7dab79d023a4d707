type Node = {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly exec: string;
  readonly standing: string;
};

const CLASSES: ReadonlyArray<readonly [standing: string, style: string]> = [
  ['done', 'fill:#d3f9d8,stroke:#2b8a3e'],
  ['skipped', 'fill:#f1f3f5,stroke:#868e96,stroke-dasharray:4'],
  ['cancelled', 'fill:#f1f3f5,stroke:#868e96,stroke-dasharray:4'],
  ['failed', 'fill:#ffe3e3,stroke:#c92a2a'],
  ['in hand', 'fill:#d0ebff,stroke:#1971c2'],
  ['ready', 'fill:#fff3bf,stroke:#e67700'],
  ['held', 'fill:#ffffff,stroke:#adb5bd'],
];

/** A graph of steps as a Mermaid flowchart; texts are escaped so that none of them can be read as a part of it. */
export function mermaid(nodes: readonly Node[], edges: ReadonlyArray<{ readonly from: string; readonly to: string }>): string {
  const names = new Map(nodes.map(({ id }, i) => [id, `s${i}`]));
  const text = ({ key, title }: Node) => escaped(title === key ? key : `${key}: ${title}`);
  const shape = (node: Node) =>
    node.exec === 'gate' ? `{{"${text(node)}"}}` : node.exec === 'command' ? `[["${text(node)}"]]` : `["${text(node)}"]`;
  const classOf = (standing: string) => standing.replace(' ', '_');
  const used = new Set(nodes.map(({ standing }) => standing));
  return [
    'flowchart TD',
    ...nodes.map((node) => `  ${names.get(node.id)}${shape(node)}:::${classOf(node.standing)}`),
    ...edges.flatMap(({ from, to }) => (names.has(from) && names.has(to) ? [`  ${names.get(from)} --> ${names.get(to)}`] : [])),
    ...CLASSES.flatMap(([standing, style]) => (used.has(standing) ? [`  classDef ${classOf(standing)} ${style}`] : [])),
  ].join('\n');
}

const escaped = (text: string): string =>
  text.replace(/[\r\n]+/g, ' ').replace(/[&"<>#;`]/g, (sign) => `#${sign.charCodeAt(0)};`);
