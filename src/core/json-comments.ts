/** Programs write settings that are JSON with comments (and commas before a closing bracket): read here as what they say. */

const PIECE = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[}\]])/g;

/** The same value as plain JSON. */
export const withoutComments = (text: string): string => text.replace(PIECE, (piece) => (piece.startsWith('"') ? piece : ''));

/** The comment lines with which a text begins, with the end of the last one. */
export const leadingComments = (text: string): string => /^(?:[ \t]*(?:\/\/[^\n]*)?\n)*/.exec(text)?.[0] ?? '';
