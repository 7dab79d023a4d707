/**
 * The files in which a formula of this name may be, best first: the folders as they are given (the rig's, the town's, those that are built in), and in
 * each TOML before JSON before a bare `NAME.toml`.
 */
export function placesOf(name: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => ['.formula.toml', '.formula.json', '.toml'].map((end) => `${folder}/${name}${end}`));
}
