/** What must not be recorded or written down: the values that a session was given, and texts that are secrets by their shape. */

/** Variables whose value is a secret. `GIT_AUTHOR_NAME` and `TOKENIZERS_PARALLELISM` are none: the word must end there, or at an underscore. */
const SECRET_NAME = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|AUTH)S?(?:_|\d*$)/i;
/** Shorter values are found in too many texts that mean something else. */
const LEAST_VALUE = 8;

/** A password in an address, whatever the variable is called that holds it. */
const IN_ADDRESS = /:\/\/[^\s:/@]*:([^\s/@]+)@/g;

/** The secret values of an environment: by the names of its variables, the token of the session itself, and passwords in addresses. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const found = Object.entries(env).flatMap(([name, value = '']) => {
    if (name === 'GT_SESSION' || SECRET_NAME.test(name)) return [value];
    return value.includes('://') ? [...value.matchAll(IN_ADDRESS)].map(([, password = '']) => password) : [];
  });
  return found.filter((value) => value.trim().length >= LEAST_VALUE);
}

/** A secret that is known by how it begins; `least` characters of `body` (a class of a regular expression) must follow, and as many as there are belong to it. */
export type Shape = { readonly head: string; readonly body: string; readonly least: number };

const shapes = (heads: readonly string[], body: string, least: number): Shape[] => heads.map((head) => ({ head, body, least }));

/** Keys of model providers, code hosts, clouds and chats; tokens of HTTP and JSON web tokens. What begins within a word is none of them. */
export const SHAPES: readonly Shape[] = [
  ...shapes(['sk-', 'glpat-'], 'A-Za-z0-9_-', 20),
  ...shapes(['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'A-Za-z0-9', 20),
  ...shapes(['github_pat_'], 'A-Za-z0-9_', 20),
  ...shapes(['AKIA', 'ASIA'], 'A-Z0-9', 16),
  ...shapes(['AIza'], 'A-Za-z0-9_-', 30),
  ...shapes(['xoxa-', 'xoxb-', 'xoxp-', 'xoxr-', 'xoxs-'], 'A-Za-z0-9-', 10),
  ...shapes(['Bearer ', 'bearer '], 'A-Za-z0-9._~+/=-', 16),
  ...shapes(['eyJ'], 'A-Za-z0-9_.-', 20),
];
